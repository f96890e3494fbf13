// How long the desk takes with a full queue: pages and decisions, asked without a network. The store is left
// for a look: `listwarden user add` somebody, and let listwarden-desk serve it.
//   desk_rate ETC STORE HELD DECIDED    STORE is a new file on the disk to measure
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <random>

#include "base/clock.h"
#include "filters/registry.h"
#include "web/password.h"
#include "web/site.h"

namespace listwarden {
namespace {

using Steady = std::chrono::steady_clock;
constexpr const char* kBase = "http://127.0.0.1:8025";
constexpr const char* kPassword = "four small words here";
constexpr auto kWeek = std::chrono::hours(24 * 7);
constexpr int kWeeks = 26;

class MovingClock : public Clock {
 public:
  Time Now() const override { return now; }
  Time now = SystemClock().Now();
};

// A post as the milter would hold it: one or two rules of the loaded policy, some much oftener than others.
NewHold Post(const Policy& policy, int number, std::mt19937& chance) {
  const std::vector<Rule>& rules = policy.rules().rules();
  const std::vector<ListPolicy>& lists = policy.lists();
  const std::string name = std::to_string(number);
  NewHold hold;
  hold.dedupe_key = name;
  hold.list = lists[number % 4 == 0 ? chance() % lists.size() : 0].address;
  hold.reverse_path = hold.from = "author" + name + "@hospital.example";
  hold.forward_paths = {hold.list};
  hold.subject =
      "Dosimetry question " + name + ": which chamber for small fields, and who has compared them?";
  hold.message_id = "<" + name + "@hospital.example>";
  hold.raw = "From: " + hold.from + "\r\nTo: " + hold.list + "\r\nSubject: " + hold.subject +
             "\r\nMessage-ID: " + hold.message_id + "\r\n\r\n" + std::string(3000, 'x') + "\r\n";
  hold.verdict_json = "{}";
  std::geometric_distribution<std::size_t> often(0.08);
  for (std::size_t i = 0; i <= chance() % 2; ++i) {
    const Rule& rule = rules[(often(chance) * 37) % rules.size()];
    hold.findings.push_back({rule.filter, rule.id, rule.clause, i == 0 ? "high" : "medium", "hold",
                             "some words of the post as they were found"});
  }
  hold.language = "en";
  hold.expires = SystemClock().Now() + kWeek;
  return hold;
}

Time Spread(Time now, std::mt19937& chance, std::chrono::seconds over) {
  return now - std::chrono::seconds(chance() % static_cast<unsigned>(over.count()));
}

void DecidePost(HoldStore& store, const NewHold& hold, const std::string& id, MovingClock& clock,
                std::mt19937& chance) {
  Decision decision;
  decision.held_id = id;
  decision.actor = chance() % 3 == 0 ? "bob" : "ann";
  const std::size_t dice = chance() % 100;
  // Some rules are good, some are not.
  const bool is_good = std::hash<std::string>()(hold.findings[0].rule) % 5 != 0;
  decision.to = dice < 8                     ? HoldState::kExpired
                : dice < (is_good ? 25 : 75) ? HoldState::kApproved
                : dice < 90                  ? HoldState::kRejected
                                             : HoldState::kDiscarded;
  if (decision.to == HoldState::kExpired) decision.actor = kExpiryActor;
  std::exponential_distribution<double> hours(0.15);
  clock.now += std::chrono::seconds(static_cast<long>(hours(chance) * 3600));
  store.Decide(decision);
}

void Fill(const Policy& policy, HoldStore& store, MovingClock& clock, int held, int decided) {
  std::mt19937 chance(20261125);
  const Time now = clock.now;
  for (int i = 0; i < decided; ++i) {
    clock.now = Spread(now, chance, kWeeks * kWeek);
    const NewHold hold = Post(policy, i, chance);
    DecidePost(store, hold, store.Hold(hold).id, clock, chance);
  }
  for (int i = 0; i < held; ++i) {
    clock.now = Spread(now, chance, std::chrono::hours(24 * 6));
    store.Hold(Post(policy, decided + i, chance));
  }
  clock.now = now;
}

class Browser {
 public:
  explicit Browser(Site& site) : site_(site) {}

  Response Get(const std::string& path, const std::string& query = "") {
    Request request;
    request.method = "GET";
    request.target = path + (query.empty() ? "" : "?" + query);
    request.path = path;
    request.query = ParseForm(query);
    return Ask(std::move(request));
  }
  Response Post(const std::string& path, const std::string& form) {
    Request request;
    request.method = "POST";
    request.target = request.path = path;
    request.form = ParseForm("form-token=" + token + "&" + form);
    return Ask(std::move(request));
  }
  void TakeToken() {
    const std::string page = Get("/keys").body, mark = "name=\"form-token\" value=\"";
    const auto at = page.find(mark) + mark.size();
    token = page.substr(at, page.find('"', at) - at);
  }
  std::string token;

 private:
  Response Ask(Request request) {
    for (const auto& [name, value] : cookies_) request.cookies.Add(name, value);
    request.peer = "127.0.0.1";
    Response response = site_.Answer(request);
    for (const std::string& cookie : response.fields.All("Set-Cookie")) {
      const auto equals = cookie.find('=');
      cookies_[cookie.substr(0, equals)] = cookie.substr(equals + 1, cookie.find(';') - equals - 1);
    }
    return response;
  }
  Site& site_;
  std::map<std::string, std::string> cookies_;
};

void Measure(const char* what, int times, const std::function<Response(int)>& ask) {
  std::vector<double> took;
  std::size_t bytes = 0;
  int status = 0;
  for (int i = 0; i < times; ++i) {
    const auto begun = Steady::now();
    const Response response = ask(i);
    took.push_back(std::chrono::duration<double, std::milli>(Steady::now() - begun).count());
    bytes = std::max(bytes, response.body.size());
    status = response.status;
  }
  std::sort(took.begin(), took.end());
  std::printf("%-34s status %d, median %6.1f ms, worst %6.1f ms, %6.1f kB, n = %d\n", what, status,
              took[took.size() / 2], took.back(), static_cast<double>(bytes) / 1000, times);
}

int Run(const std::filesystem::path& etc, const std::filesystem::path& file, int held, int decided) {
  MovingClock clock;
  const auto policy = Policy::Load(etc, "ipem", MakeFilters());
  const auto store = OpenHoldStore(file.string(), clock, {.per_list = 100000});
  const auto accounts = OpenAccountStore(file.string(), clock);
  Fill(*policy, *store, clock, held, decided);
  User ann;
  ann.name = "ann";
  ann.address = "ann@ipem.example";
  ann.password_hash = HashPassword(kPassword);
  ann.rights = {{"*", Role::kAdmin}};
  accounts->PutUser(ann, "bench");
  const Notices notices(
      {etc / "notices", "Listwarden <listwarden@lists.example.ac.uk>", "mx.example", "", kBase});
  ModerationService service(*store, notices, clock);
  const Pages pages(etc / "pages");
  SiteSettings settings;
  settings.base_url = kBase;
  settings.undo = std::chrono::seconds(0);
  Site site({*store, *accounts, service, notices, policy, pages, clock, settings});
  Browser browser(site);
  browser.TakeToken();
  browser.Post("/sign-in", "name=ann&password=four+small+words+here&next=/");
  browser.TakeToken();
  std::printf("%d held, %d decided\n", held, decided);
  Measure("first page of the queue", 30, [&](int) { return browser.Get("/"); });
  Measure("queue, near-duplicates as one", 10, [&](int) { return browser.Get("/", "group=1"); });
  Measure("queue, searched", 10, [&](int) { return browser.Get("/", "q=question+17"); });
  Measure("decided posts", 10, [&](int) { return browser.Get("/decided"); });
  Measure("report, 13 weeks", 10, [&](int) { return browser.Get("/reports"); });
  Measure("report, 52 weeks", 10, [&](int) { return browser.Get("/reports", "period=52"); });
  QueueQuery first;
  first.limit = 100;
  const std::vector<QueueRow> rows = store->Queue(first).rows;
  if (rows.empty()) return 0;
  Measure("one post", 30, [&](int) { return browser.Get("/posts/" + rows[0].held.id); });
  Measure("a decision", static_cast<int>(rows.size()), [&](int i) {
    return browser.Post("/posts/" + rows[static_cast<std::size_t>(i)].held.id + "/release", "revision=0");
  });
  return 0;
}

}  // namespace
}  // namespace listwarden

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: desk_rate ETC STORE HELD DECIDED\n");
    return 64;
  }
  return listwarden::Run(argv[1], argv[2], std::stoi(argv[3]), std::stoi(argv[4]));
}
