// The moderators' queue, an author's history, the figures of the reports.
// SPDX-License-Identifier: Apache-2.0
#include "hold/sql_hold_store.h"

namespace listwarden {

namespace {

// 1 January 1970 was a Thursday: Monday 5 January is day 4.
constexpr const char* kWeek = "((received - 345600) / 604800 * 604800 + 345600)";
const std::string kOutcome = "(CASE WHEN decided_by = '" + std::string(kExpiryActor) +
                             "' THEN 'expired' WHEN state IN ('approved', 'sending', 'failed') THEN "
                             "'released' ELSE state END)";
constexpr const char* kCorrected = "(CASE WHEN content > 0 THEN 1 ELSE 0 END)";

// A condition with its values, built from fixed words only.
class Where {
 public:
  void Add(const std::string& condition) { text_ += (text_.empty() ? " WHERE " : " AND ") + condition; }
  void Add(const std::string& condition, std::string value) {
    Add(condition);
    values_.push_back(std::move(value));
  }
  void AddTime(const std::string& condition, Time time) {
    Add(condition + " " + std::to_string(Seconds(time)));
  }
  void AddOneOf(const std::string& column, const std::vector<std::string>& values) {
    if (values.empty()) return Add("1 = 0");
    std::string marks;
    for (std::size_t i = 0; i < values.size(); ++i) marks += i == 0 ? "?" : ", ?";
    Add(column + " IN (" + marks + ")");
    values_.insert(values_.end(), values.begin(), values.end());
  }
  const std::string& text() const { return text_; }
  void BindTo(SqlRow* row) const {
    for (const std::string& value : values_) row->Bind(value);
  }

 private:
  std::string text_;
  std::vector<std::string> values_;
};

std::string LikePattern(const std::string& text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

std::vector<std::string> Names(const std::vector<HoldState>& states) {
  std::vector<std::string> names;
  for (const HoldState state : states) names.emplace_back(HoldStateName(state));
  return names;
}

Where WhereOf(const QueueQuery& query) {
  Where where;
  if (query.lists) where.AddOneOf("list", *query.lists);
  if (!query.states.empty()) where.AddOneOf("state", Names(query.states));
  if (query.counted && !query.counted->outcomes.empty())
    where.AddOneOf(kOutcome, Names(query.counted->outcomes));
  if (query.counted && query.counted->is_corrected)
    where.Add(std::string(kCorrected) + (*query.counted->is_corrected ? " = 1" : " = 0"));
  if (!query.author.empty()) where.Add("author = ?", query.author);
  if (!query.similar_key.empty()) where.Add("similar_key = ?", query.similar_key);
  if (query.from) where.AddTime("received >=", *query.from);
  if (query.until) where.AddTime("received <", *query.until);
  if (!query.text.empty()) {
    where.Add("lower(subject || ' ' || author) LIKE lower(?) ESCAPE '\\'", LikePattern(query.text));
  }
  const std::string found = "EXISTS (SELECT 1 FROM finding WHERE held_id = held.id AND number = " +
                            std::string(query.counted ? "0" : "held.content") + " AND action = 'hold' AND ";
  if (!query.filter.empty()) where.Add(found + "filter = ?)", query.filter);
  if (!query.rule.empty()) where.Add(found + "rule = ?)", query.rule);
  return where;
}

const char* OrderOf(QueueOrder order) {
  switch (order) {
    case QueueOrder::kOldest:
      break;
    case QueueOrder::kNewest:
      return "received DESC, held.seq DESC";
    case QueueOrder::kExpiry:
      return "expires, held.seq";
    case QueueOrder::kAuthor:
      return "lower(author), received, held.seq";
    case QueueOrder::kSubject:
      return "lower(subject), received, held.seq";
    case QueueOrder::kList:
      return "list, received, held.seq";
    case QueueOrder::kDecided:
      return "coalesce(decided, 0) DESC, held.seq DESC";
  }
  return "received, held.seq";
}

std::size_t CountOf(SqlDatabase& database, const Where& where, bool is_grouped) {
  const char* what =
      is_grouped ? "count(DISTINCT CASE similar_key WHEN '' THEN id ELSE similar_key END)" : "count(*)";
  SqlRow row(database, std::string("SELECT ") + what + " FROM held" + where.text());
  where.BindTo(&row);
  row.Step();
  return static_cast<std::size_t>(row.Int(0));
}

std::string PageSql(const QueueQuery& query, const Where& where) {
  // Only ids are sorted; the rows of the page are read after.
  std::string ids = "SELECT held.seq AS row, 1 AS similar_count FROM held" + where.text() + " ORDER BY " +
                    OrderOf(query.order) + " LIMIT ? OFFSET ?";
  if (query.is_grouped) {
    ids = "SELECT min(held.seq) AS row, count(*) AS similar_count FROM held" + where.text() +
          " GROUP BY CASE similar_key WHEN '' THEN id ELSE similar_key END ORDER BY " +
          (query.order == QueueOrder::kNewest ? "min(held.seq) DESC" : "min(held.seq)") + " LIMIT ? OFFSET ?";
  }
  return std::string("SELECT ") + kSummaryColumns + ", similar_count FROM (" + ids +
         ") AS page JOIN held ON held.seq = page.row ORDER BY " + OrderOf(query.order);
}

HoldState Outcome(const std::string& name) { return HoldStateNamed(name).value_or(HoldState::kDamaged); }

std::vector<Figures::Holds> ReadHolds(SqlDatabase& database, const Where& where, const std::string& found,
                                      const std::string& counted) {
  const std::string keys = "list, " + found + ", " + kWeek + " AS week, " + kOutcome + " AS outcome, " +
                           kCorrected + " AS corrected";
  SqlRow row(database, "SELECT " + keys + ", " + counted + where.text() + " GROUP BY 1, 2, 3, 4, 5, 6");
  where.BindTo(&row);
  std::vector<Figures::Holds> holds;
  while (row.Step()) {
    holds.push_back({row.Text(0), row.Text(1), row.Text(2), FromSeconds(row.Int(3)), Outcome(row.Text(4)),
                     row.Int(5) != 0, static_cast<std::size_t>(row.Int(6))});
  }
  return holds;
}

}  // namespace

QueuePage SqlHoldStore::Queue(const QueueQuery& query) {
  return connection_->Read([&](SqlDatabase& database) {
    const Where where = WhereOf(query);
    QueuePage page;
    page.count = CountOf(database, where, query.is_grouped);
    if (query.limit == 0) return page;
    SqlRow row(database, PageSql(query, where));
    where.BindTo(&row);
    row.Bind(query.limit);
    row.Bind(query.offset);
    while (row.Step()) {
      QueueRow& one = page.rows.emplace_back();
      ReadSummary(row, &one.held);
      one.similar = static_cast<std::size_t>(row.Int(kSummaryColumnCount));
    }
    for (QueueRow& one : page.rows) one.held.findings = ReadFindings(database, one.held.id, one.held.content);
    return page;
  });
}

AuthorHistory SqlHoldStore::History(std::string_view list, std::string_view author) {
  return connection_->Read([&](SqlDatabase& database) {
    SqlRow row(database, "SELECT state, count(*) FROM held WHERE author = ? AND list = ? GROUP BY state",
               author, list);
    AuthorHistory history;
    while (row.Step()) history[Outcome(row.Text(0))] = static_cast<std::size_t>(row.Int(1));
    return history;
  });
}

Figures SqlHoldStore::FiguresFor(const FiguresQuery& query) {
  return connection_->Read([&](SqlDatabase& database) {
    Where where;
    where.AddTime("received >=", query.from);
    where.AddTime("received <", query.until);
    if (query.lists) where.AddOneOf("list", *query.lists);
    const std::string by = std::string(kWeek) + " AS week, " + kOutcome + " AS outcome";
    const std::string found =
        "count(DISTINCT held.id) FROM held JOIN finding ON held_id = held.id AND number = 0 AND action = "
        "'hold'";
    Figures figures;
    figures.by_rule = ReadHolds(database, where, "filter, rule", found);
    figures.by_filter = ReadHolds(database, where, "filter, ''", found);
    figures.by_list = ReadHolds(database, where, "'', ''", "count(*) FROM held");
    SqlRow decided(database, "SELECT list, " + by + ", decided_by, decided - received FROM held" +
                                 where.text() + " AND decided IS NOT NULL ORDER BY received, held.seq");
    where.BindTo(&decided);
    while (decided.Step()) {
      figures.decided.push_back({decided.Text(0), FromSeconds(decided.Int(1)), Outcome(decided.Text(2)),
                                 decided.Text(3), std::chrono::seconds(decided.Int(4))});
    }
    return figures;
  });
}

}  // namespace listwarden
