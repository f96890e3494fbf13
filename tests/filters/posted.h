// What a filter of the shipped policy says of a post by a certain poster to a certain list.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "tests/filters/judged.h"

namespace listwarden {

struct Posted {
  std::string text = "";
  std::string from = "ann@hospital.example";
  std::string login = "";  // the SASL log-in; empty: not authenticated
  std::string subject = "A question";
  std::string list = "medical-physics-engineering@lists.example.ac.uk";
};

// "low", "medium" or "high"; empty when the filter finds nothing.
inline std::string ConfidenceOf(std::string_view filter, const Posted& post) {
  Message message = ReadMessage("From: " + post.from + "\r\nSubject: " + post.subject +
                                "\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + post.text + "\r\n");
  message.envelope.authenticated = post.login;
  const ListPolicy& list = *ShippedPolicy().FindList(post.list);
  for (const FilterVerdict& one : ShippedPolicy().Judge(message, list).filters) {
    if (one.filter == filter) return std::string(ConfidenceName(one.confidence));
  }
  return "";
}

}  // namespace listwarden
