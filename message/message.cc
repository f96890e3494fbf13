// SPDX-License-Identifier: Apache-2.0
#include "message/message.h"

#include <algorithm>

#include "message/header_fields.h"

namespace listwarden {

std::string_view RegionName(Region region) {
  switch (region) {
    case Region::kSubject:
      return "subject";
    case Region::kAuthorText:
      return "author-text";
    case Region::kQuoted:
      return "quoted";
    case Region::kSignature:
      return "signature";
    case Region::kLegalFooter:
      return "footer";
    case Region::kListFooter:
      return "footer";
    case Region::kAttachment:
      return "attachment";
    case Region::kHidden:
      return "hidden";
  }
  return "author-text";
}

bool Message::IsUnread() const {
  return std::any_of(defects.begin(), defects.end(),
                     [](const Defect& defect) { return defect.kind != DefectKind::kIrregular; });
}

std::optional<std::string_view> Message::Field(std::string_view name) const {
  for (const HeaderField& field : fields) {
    if (EqualsIgnoringCase(field.name, name)) return field.value;
  }
  return std::nullopt;
}

}  // namespace listwarden
