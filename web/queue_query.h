// Which posts a page's query asks for, and the query again for its links.
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "web/site.h"

namespace listwarden {

// The visitor's queue with the search, list, filter and order of a page's query; with `outcome`, the posts
// that a number of a report counts: any, waiting, kept, corrected, released, ended; `report` is that report's
// own query.
QueueQuery QueryFrom(const Call& call, const FieldList& query);
// The part of a query that says what queue it is, for links: "list=…&order=…", or empty.
std::string QueueWords(const FieldList& query);
// The same of a report's page: "period=…&list=…".
std::string ReportWords(const FieldList& query);
// The post after this one in that queue, or empty.
std::string NextPost(const Call& call, const std::string& queue, std::string_view id);
// The values of `order`; "decided" is the first.
const std::vector<std::string>& QueueOrders();

}  // namespace listwarden
