// Bounds on what one message may make us do. Reaching one records a Defect (never "clean") and reading goes
// on.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>

namespace listwarden {

struct Limits {
  std::size_t message_bytes = 25u << 20;
  std::size_t header_fields = 1000;
  std::size_t header_field_bytes = 60000;
  std::size_t header_bytes = 512u << 10;
  std::size_t part_header_bytes = 16u << 10;
  std::size_t all_part_header_bytes = 1u << 20;
  std::size_t depth = 20;
  std::size_t parts = 1000;
  std::size_t boundary_bytes = 256;
  std::size_t parameters = 64;
  std::size_t encoded_words = 500;
  std::size_t addresses = 2000;
  std::size_t comment_depth = 8;
  std::size_t text_bytes = 1u << 20;  // of all parts; where it ends, 3/4 from the head, 1/4 from the tail
  std::size_t html_nodes = 50000;
  std::size_t html_depth = 512;
};

}  // namespace listwarden
