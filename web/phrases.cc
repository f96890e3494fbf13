// SPDX-License-Identifier: Apache-2.0
#include "web/phrases.h"

#include <ctime>
#include <sstream>

#include "message/header_fields.h"

namespace listwarden {

using std::chrono::seconds;

std::string Phrases::Say(std::string_view key, const std::map<std::string, std::string>& values) const {
  return pages_->Say(language_, key, values);
}

std::string Phrases::Count(std::string_view key, std::size_t count) const {
  return Say(std::string(key) + (count == 1 ? "-one" : ""), {{"count", std::to_string(count)}});
}

std::string Phrases::Span(seconds span) const {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(span).count();
  const auto n = [&](const char* key, long count) { return Say(key, {{"n", std::to_string(count)}}); };
  if (minutes < 1) return Say("minute-few");
  if (minutes < 60) return n("minutes", minutes);
  if (minutes < 120) return Say("hour");
  if (minutes < 48 * 60) return n("hours", minutes / 60);
  constexpr long kDay = 24 * 60;
  return n("days", (minutes + kDay / 2) / kDay);
}

std::string Phrases::When(Time time) const {
  const std::time_t clock = time.time_since_epoch().count();
  std::tm parts{};
  localtime_r(&clock, &parts);
  char hour[8];
  std::strftime(hour, sizeof hour, "%H:%M", &parts);
  return std::to_string(parts.tm_mday) + " " + MonthName(parts.tm_mon) + " " +
         std::to_string(1900 + parts.tm_year) + ", " + hour;
}

std::string Phrases::MonthName(int number) const {
  std::istringstream months(Say("months"));
  std::string month;
  for (int i = 0; i <= number; ++i) months >> month;
  return month;
}

std::string Phrases::ShortDay(Time time) const {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
  return std::to_string(static_cast<unsigned>(day.day())) + " " +
         MonthName(static_cast<int>(static_cast<unsigned>(day.month())) - 1);
}

std::string Phrases::Month(Time time) const {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
  return MonthName(static_cast<int>(static_cast<unsigned>(day.month())) - 1) + " " +
         std::to_string(static_cast<int>(day.year()));
}

std::string Phrases::Day(Time time) const {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
  return ShortDay(time) + " " + std::to_string(static_cast<int>(day.year()));
}

std::string Phrases::Waiting(const HeldSummary& held) const {
  return Say("row-waiting", {{"time", Span(now_ - held.received)}});
}

std::string Phrases::Expiry(const HeldSummary& held) const {
  if (held.expires <= now_) return Say("row-expired");
  return Say("row-expires", {{"time", Span(held.expires - now_)}});
}

std::string Phrases::State(const HeldSummary& held) const {
  return Say("state-" + std::string(HoldStateName(held.state)));
}

std::string Phrases::Outcome(const HeldSummary& held) const {
  if (held.decided_by.empty() || !held.decided) return Say("outcome-nobody", {{"state", State(held)}});
  return Say(held.decided_why.empty() ? "outcome" : "outcome-why", {{"state", State(held)},
                                                                    {"who", held.decided_by},
                                                                    {"when", When(*held.decided)},
                                                                    {"why", held.decided_why}});
}

std::string Phrases::Subject(const HeldSummary& held) const {
  return held.subject.find_first_not_of(" \t") == std::string::npos ? Say("row-no-subject") : held.subject;
}

std::string Phrases::Claim(const HeldSummary& held, std::string_view user) const {
  if (held.claimed_by.empty() || held.claimed_until <= now_) return "";
  if (held.claimed_by == user) return Say("row-claimed-me");
  return Say("row-claimed", {{"who", held.claimed_by}});
}

bool Phrases::IsSoon(const HeldSummary& held) const { return held.expires - now_ < std::chrono::hours(24); }

std::string Elided(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  return std::string(Shortened(text, most)) + "…";
}

std::string Size(std::size_t bytes) {
  if (bytes < 1000) return std::to_string(bytes) + " B";
  if (bytes < 1000000) return std::to_string(bytes / 1000) + " kB";
  return std::to_string(bytes / 1000000) + "." + std::to_string(bytes / 100000 % 10) + " MB";
}

}  // namespace listwarden
