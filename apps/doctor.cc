// SPDX-License-Identifier: Apache-2.0
#include "apps/doctor.h"

namespace listwarden {

void Examination::Add(Grade grade, std::string& reason, std::string& remedy) {
  found_.push_back({grade, subject_, std::move(reason), std::move(remedy)});
}

void Examination::MoveTo(Diagnoses* all, const std::string& if_good) {
  if (found_.empty()) found_.push_back({Grade::kOk, subject_, if_good, ""});
  for (Diagnosis& one : found_) all->push_back(std::move(one));
  found_.clear();
}

}  // namespace listwarden
