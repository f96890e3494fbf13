// SPDX-License-Identifier: Apache-2.0
#include "web/report_page.h"

#include <algorithm>
#include <functional>

#include "moderation/report.h"
#include "web/chart.h"
#include "web/queue_page.h"
#include "web/queue_query.h"

namespace listwarden {
namespace {

using std::chrono::days;
using std::chrono::seconds;

constexpr int kWeekChoices[] = {4, 13, 26, 52};
constexpr int kMonthsBack = 24;
constexpr std::size_t kRulesDrawn = 12;

struct Asked {
  ReportTime time;
  std::string period;  // "13" weeks, or "2026-11"
  bool is_month = false;
  std::optional<std::vector<std::string>> lists;
};

Asked AskedFor(const Call& call) {
  const std::string &period = call.request.query["period"], &list = call.request.query["list"];
  Asked asked{LastWeeks(call.phrases.now(), 13), "13", false, ListsWhere(*call.user, Permission::kReport)};
  for (const int weeks : kWeekChoices) {
    if (period == std::to_string(weeks))
      asked = {LastWeeks(call.phrases.now(), weeks), period, false, asked.lists};
  }
  if (const auto month = MonthFrom(period)) asked = {*month, period, true, asked.lists};
  // A list that is not the visitor's gives nothing, like one that is not there.
  if (!list.empty()) {
    asked.lists.emplace();
    if (call.May(Permission::kReport, list)) asked.lists->push_back(list);
  }
  return asked;
}

Report Read(const Call& call, const Asked& asked) {
  const Figures figures = call.site.store.FiguresFor({asked.lists, asked.time.from, asked.time.until});
  return MakeReport(figures, asked.time, *call.site.policy, asked.lists);
}

// The posts that a number counts: "/decided?…" with the report's time and list, `more`, and the way back.
class Links {
 public:
  Links(const Call& call, const ReportTime& time) : time_(time) {
    if (const std::string& list = call.request.query["list"]; !list.empty())
      list_ = "&list=" + PercentEncoded(list);
    if (const std::string words = ReportWords(call.request.query); !words.empty())
      report_ = "&report=" + PercentEncoded(words);
  }
  std::string To(const std::string& outcome, const std::string& more) const {
    return Between(time_, outcome, list_ + more);
  }
  std::string ToList(const std::string& outcome, const std::string& list) const {
    return Between(time_, outcome, "&list=" + PercentEncoded(list));
  }
  std::string ToWeek(const std::string& outcome, const std::string& monday) const {
    const Time week = DayFrom(monday).value_or(time_.from);
    return Between({std::max(week, time_.from), std::min<Time>(week + days(7), time_.until)}, outcome, list_);
  }

 private:
  std::string Between(const ReportTime& time, const std::string& outcome, const std::string& more) const {
    return "/decided?outcome=" + outcome + "&from=" + IsoDay(time.from) + "&until=" + IsoDay(time.until) +
           more + report_;
  }
  ReportTime time_;
  std::string list_, report_;
};

// A number of the table, or a part of a bar: its outcome as /decided knows it, and how it is drawn.
struct Kind {
  const char *outcome, *pattern;
  std::size_t (*count)(const Tally&);
};
constexpr Kind kKinds[] = {
    {"kept", "agreed", [](const Tally& t) { return t.rejected + t.discarded; }},
    {"corrected", "agreed", [](const Tally& t) { return t.corrected; }},
    {"released", "released", [](const Tally& t) { return t.released; }},
    {"ended", "ended", [](const Tally& t) { return t.ended; }},
    {"waiting", "waiting", [](const Tally& t) { return t.waiting; }},
};

std::string Percent(const Tally& tally) {
  const auto precision = tally.precision();
  return precision ? std::to_string(*precision) + " %" : "–";
}

View Cell(const std::string& text, const std::string& link = "") {
  View cell;
  cell.texts["text"] = text;
  cell.texts["link"] = link;
  return cell;
}

// One chart with its table: the same tallies in both.
class Section {
 public:
  using LinkOf = std::function<std::string(const std::string& outcome, const Tally&)>;

  Section(const Call& call, const std::string& id, bool is_short)
      : call_(call), is_short_(is_short), is_rules_(id == "rules") {
    view_.texts["id"] = id;
    view_.texts["heading"] = call.phrases.Say("report-" + id);
    view_.texts["lead"] = call.phrases.Say("report-" + id + "-lead");
    view_.texts["first"] = call.phrases.Say("report-" + id + "-first");
    Head("report-held");
    for (const Kind& kind : kKinds) Head(std::string("report-") + kind.outcome);
    Head("report-agreement");
  }

  void Add(const std::string& name, const Tally& tally, const LinkOf& link, bool is_drawn = true) {
    Bar bar{name, std::to_string(tally.all()), {}};
    View row;
    row.texts["name"] = name;
    row.texts["remark"] = is_rules_ && tally.IsMostlyOverruled() ? call_.phrases.Say("report-overruled") : "";
    row.lists["cells"].push_back(
        Cell(std::to_string(tally.all()), tally.all() == 0 ? "" : link("any", tally)));
    for (const Kind& kind : kKinds) {
      const std::size_t count = kind.count(tally);
      const std::string to = count == 0 ? "" : link(kind.outcome, tally);
      row.lists["cells"].push_back(Cell(std::to_string(count), to));
      bar.parts.push_back(
          {kind.pattern, count,
           call_.phrases.Say(std::string("report-") + kind.outcome) + ": " + std::to_string(count), to});
    }
    row.lists["cells"].push_back(Cell(Percent(tally)));
    view_.lists["rows"].push_back(std::move(row));
    if (is_drawn) bars_.push_back(std::move(bar));
  }

  View Done() {
    if (bars_.empty()) return std::move(view_);
    View chart = Chart(bars_, is_short_);
    chart.texts["chart-title"] = view_.texts["heading"];
    chart.texts["chart-text"] = call_.phrases.Say("report-chart", {{"count", std::to_string(bars_.size())}});
    chart.flags["has-legend"] = true;
    view_.lists["charts"].push_back(std::move(chart));
    return std::move(view_);
  }

 private:
  void Head(const std::string& key) { view_.lists["heads"].push_back(Cell(call_.phrases.Say(key))); }

  const Call& call_;
  bool is_short_, is_rules_;
  View view_;
  std::vector<Bar> bars_;
};

View WeekSection(const Call& call, const Report& report, const Links& links) {
  Section section(call, "weeks", true);
  for (const Tally& week : report.weeks) {
    section.Add(
        call.phrases.ShortDay(*DayFrom(week.name)), week,
        [&](const std::string& outcome, const Tally& tally) { return links.ToWeek(outcome, tally.name); });
  }
  return section.Done();
}

View FilterSection(const Call& call, const Report& report, const Links& links) {
  Section section(call, "filters", false);
  for (const Tally& filter : report.filters) {
    section.Add(FilterName(call, filter.name), filter, [&](const std::string& outcome, const Tally& tally) {
      return links.To(outcome, "&filter=" + PercentEncoded(tally.name));
    });
  }
  return section.Done();
}

View ListSection(const Call& call, const Report& report, const Links& links) {
  Section section(call, "lists", false);
  for (const Tally& list : report.lists) {
    section.Add(ListName(call, list.name), list, [&](const std::string& outcome, const Tally& tally) {
      return links.ToList(outcome, tally.name);
    });
  }
  return section.Done();
}

View RuleSection(const Call& call, const Report& report, const Links& links) {
  Section section(call, "rules", false);
  for (std::size_t i = 0; i < report.rules.size(); ++i) {
    const auto link = [&](const std::string& outcome, const Tally& tally) {
      return links.To(outcome, "&rule=" + PercentEncoded(tally.name));
    };
    section.Add(report.rules[i].name, report.rules[i], link, i < kRulesDrawn);
  }
  View view = section.Done();
  view.texts["note"] = report.rules.size() > kRulesDrawn
                           ? call.phrases.Say("report-drawn", {{"count", std::to_string(kRulesDrawn)}})
                           : "";
  return view;
}

std::string StepText(const Call& call, std::size_t step) {
  const bool is_last = step == kDelaySteps.size();
  return call.phrases.Say(is_last ? "report-longer" : "report-within",
                          {{"time", call.phrases.Span(kDelaySteps[is_last ? step - 1 : step])}});
}

View DelaySection(const Call& call, const Report& report) {
  View view;
  view.texts["id"] = "delays";
  view.texts["heading"] = call.phrases.Say("report-delays");
  view.texts["lead"] = call.phrases.Say("report-delays-lead");
  view.texts["first"] = call.phrases.Say("report-lists-first");
  for (const char* key : {"report-decisions", "report-median", "report-p90"})
    view.lists["heads"].push_back(Cell(call.phrases.Say(key)));
  for (const Delay& delay : report.delays) {
    View row;
    row.texts["name"] = delay.list.empty() ? call.phrases.Say("report-all") : ListName(call, delay.list);
    row.lists["cells"] = {Cell(std::to_string(delay.decisions)), Cell(call.phrases.Span(delay.median)),
                          Cell(call.phrases.Span(delay.p90))};
    view.lists["rows"].push_back(std::move(row));
  }
  if (report.delays.empty()) return view;
  std::vector<Bar> bars;
  for (std::size_t i = 0; i < report.delay_counts.size(); ++i) {
    const std::string count = std::to_string(report.delay_counts[i]);
    bars.push_back({StepText(call, i), count, {{"agreed", report.delay_counts[i], count, ""}}});
  }
  View chart = Chart(bars, false);
  chart.texts["chart-title"] = view.texts["heading"];
  chart.texts["chart-text"] = call.phrases.Say("report-delays-chart");
  view.lists["charts"].push_back(std::move(chart));
  return view;
}

void AddTile(const Call& call, const char* key, const std::string& text, View* view) {
  View tile;
  tile.texts["name"] = call.phrases.Say(key);
  tile.texts["text"] = text;
  view->lists["tiles"].push_back(std::move(tile));
}

void AddTiles(const Call& call, const Report& report, View* view) {
  AddTile(call, "report-held", std::to_string(report.total.all()), view);
  AddTile(call, "report-waiting", std::to_string(report.total.waiting), view);
  AddTile(call, "report-agreement", Percent(report.total), view);
  const bool is_any = !report.delays.empty();
  AddTile(call, "report-median", is_any ? call.phrases.Span(report.delays[0].median) : "–", view);
  AddTile(call, "report-p90", is_any ? call.phrases.Span(report.delays[0].p90) : "–", view);
}

void AddReview(const Call& call, View* view) {
  const auto due = call.site.policy->review_due();
  if (!due) return;
  const bool is_past = *due <= call.phrases.now();
  view->texts[is_past ? "review-past" : "review"] =
      call.phrases.Say(is_past ? "report-review-past" : "report-review", {{"day", call.phrases.Day(*due)}});
}

void AddChoices(const Call& call, const Asked& asked, View* view) {
  std::vector<View>& periods = view->lists["periods"];
  for (const int weeks : kWeekChoices) {
    const std::string count = std::to_string(weeks);
    periods.push_back(
        Option(count, call.phrases.Say("report-weeks-choice", {{"count", count}}), asked.period));
  }
  const std::chrono::year_month_day today(std::chrono::floor<days>(call.phrases.now()));
  for (int back = 0; back < kMonthsBack; ++back) {
    const Time first(std::chrono::sys_days((today.year() / today.month() - std::chrono::months(back)) / 1));
    periods.push_back(Option(IsoDay(first).substr(0, 7), call.phrases.Month(first), asked.period));
  }
  view->lists["list-choices"] = ListChoices(call, Permission::kReport);
}

std::string Heading(const Call& call, const Asked& asked) {
  if (asked.is_month)
    return call.phrases.Say("report-title-month", {{"month", call.phrases.Month(asked.time.from)}});
  return call.phrases.Say("report-title-weeks", {{"from", call.phrases.Day(asked.time.from)},
                                                 {"until", call.phrases.Day(asked.time.until - days(1))}});
}

// What the rules' owner should look at: those mostly overruled, and those that hold nothing.
void AddRemarks(const Call& call, const Report& report, const Links& links, View* view) {
  for (const Tally& rule : report.rules) {
    if (!rule.IsMostlyOverruled()) continue;
    View one = Cell(call.phrases.Say("report-overruled-rule", {{"released", std::to_string(rule.released)},
                                                               {"decided", std::to_string(rule.decided())}}),
                    links.To("released", "&rule=" + PercentEncoded(rule.name)));
    one.texts["rule"] = rule.name;
    view->lists["overruled"].push_back(std::move(one));
  }
  for (const std::string& rule : report.silent) view->lists["silent"].push_back(Cell(rule));
  view->texts["silent-title"] = call.phrases.Count("report-silent", report.silent.size());
}

}  // namespace

Response ShowReport(Call& call) {
  const Asked asked = AskedFor(call);
  const Report report = Read(call, asked);
  const Links links(call, asked.time);
  const std::string& list = call.request.query["list"];
  View view;
  view.flags["is-report"] = true;
  view.flags["has-posts"] = report.total.all() > 0;
  view.texts["heading"] = Heading(call, asked);
  view.texts["of"] = list.empty() ? "" : ListName(call, list);
  view.texts["made"] = call.phrases.Say("report-made", {{"when", call.phrases.When(call.phrases.now())}});
  view.texts["policy"] = call.phrases.Say(
      "report-policy",
      {{"name", call.site.policy->name()}, {"version", call.site.policy->version().substr(0, 12)}});
  view.texts["csv"] =
      "/reports.csv?period=" + asked.period + (list.empty() ? "" : "&list=" + PercentEncoded(list));
  AddChoices(call, asked, &view);
  AddReview(call, &view);
  AddTiles(call, report, &view);
  AddRemarks(call, report, links, &view);
  view.lists["sections"] = {WeekSection(call, report, links), FilterSection(call, report, links),
                            ListSection(call, report, links), DelaySection(call, report),
                            RuleSection(call, report, links)};
  return Page(call, "report", std::move(view), view.texts["heading"]);
}

Response SendReportCsv(Call& call) {
  const Asked asked = AskedFor(call);
  Response response;
  response.type = "text/csv; charset=utf-8";
  response.fields.Add(
      "Content-Disposition",
      "attachment; filename=\"listwarden-" +
          (asked.is_month ? asked.period : IsoDay(asked.time.from) + "-" + IsoDay(asked.time.until)) +
          ".csv\"");
  response.body = ReportCsv(Read(call, asked));
  return response;
}

}  // namespace listwarden
