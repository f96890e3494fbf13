// The queue, histories, figures.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "hold_store_contract.h"

namespace listwarden {
namespace {

std::vector<std::string> Subjects(const QueuePage& page) {
  std::vector<std::string> subjects;
  for (const QueueRow& row : page.rows) subjects.push_back(row.held.subject);
  return subjects;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_P(HoldStoreContract, TheQueueShowsOnlyTheListsAsked) {
  HoldOne("k1");
  NewHold other = Post("k2");
  other.list = "trainees@lists.example.org";
  store_->Hold(other);
  QueueQuery query;
  EXPECT_EQ(store_->Queue(query).count, 2u);
  query.lists = {{"physics@lists.example.org"}};
  EXPECT_EQ(Subjects(store_->Queue(query)), Words{"About k1"});
  query.lists = {{"physics@lists.example.org", "trainees@lists.example.org"}};
  EXPECT_EQ(store_->Queue(query).count, 2u);
  query.lists = std::vector<std::string>{};
  EXPECT_EQ(store_->Queue(query).count, 0u) << "no list is no right to see any";
}

TEST_P(HoldStoreContract, TheQueueIsSortedAndPaged) {
  for (const char* key : {"b", "a", "c"}) {
    NewHold post = Post(key);
    post.from = std::string("A") + key + "@example.org";
    post.expires = clock_.Now() + std::chrono::hours(key[0] == 'c' ? 1 : 2);
    store_->Hold(post);
    clock_.Advance(std::chrono::seconds(1));
  }
  QueueQuery query;
  EXPECT_EQ(Subjects(store_->Queue(query)), (Words{"About b", "About a", "About c"}));
  query.order = QueueOrder::kNewest;
  EXPECT_EQ(Subjects(store_->Queue(query)), (Words{"About c", "About a", "About b"}));
  query.order = QueueOrder::kSubject;
  EXPECT_EQ(Subjects(store_->Queue(query)), (Words{"About a", "About b", "About c"}));
  query.order = QueueOrder::kAuthor;
  EXPECT_EQ(Subjects(store_->Queue(query)), (Words{"About a", "About b", "About c"}));
  query.order = QueueOrder::kList;
  EXPECT_EQ(Subjects(store_->Queue(query)), (Words{"About b", "About a", "About c"}));
  query.order = QueueOrder::kExpiry;
  EXPECT_EQ(Subjects(store_->Queue(query)).front(), "About c");
  query.order = QueueOrder::kDecided;
  EXPECT_EQ(Subjects(store_->Queue(query)), (Words{"About c", "About a", "About b"})) << "none is yet";
  query.order = static_cast<QueueOrder>(99);
  EXPECT_EQ(Subjects(store_->Queue(query)), (Words{"About b", "About a", "About c"})) << "the oldest first";
  query.order = QueueOrder::kSubject;
  query.limit = 2;
  query.offset = 2;
  const QueuePage page = store_->Queue(query);
  EXPECT_EQ(Subjects(page), Words{"About c"});
  EXPECT_EQ(page.count, 3u);
}

TEST_P(HoldStoreContract, TheQueueIsFilteredByStateFilterRuleTextAuthorAndTime) {
  HoldOne("apples");
  clock_.Advance(std::chrono::seconds(10));
  NewHold pears = Post("100% pears");
  pears.from = "cy@example.org";
  pears.findings = {{"endorsement", "endorsement/sale", "fairness", "medium", "hold", "buy now"}};
  const std::string id = store_->Hold(pears).id;
  const auto subjects = [&](const std::function<void(QueueQuery&)>& set) {
    QueueQuery query;
    set(query);
    return Subjects(store_->Queue(query));
  };
  EXPECT_EQ(subjects([](QueueQuery& q) { q.filter = "endorsement"; }), Words{"About 100% pears"});
  EXPECT_EQ(subjects([](QueueQuery& q) { q.rule = "harassment/threat"; }), Words{"About apples"});
  EXPECT_EQ(subjects([](QueueQuery& q) { q.text = "APPLES"; }), Words{"About apples"});
  EXPECT_EQ(subjects([](QueueQuery& q) { q.text = "cy@EXAMPLE"; }), Words{"About 100% pears"});
  EXPECT_EQ(subjects([](QueueQuery& q) { q.text = "%"; }), Words{"About 100% pears"}) << "no wild cards";
  EXPECT_EQ(subjects([](QueueQuery& q) { q.text = "_"; }), Words{});
  EXPECT_EQ(subjects([](QueueQuery& q) { q.text = "\\"; }), Words{});
  EXPECT_EQ(subjects([](QueueQuery& q) { q.text = "' OR 1=1 --"; }), Words{});
  EXPECT_EQ(subjects([](QueueQuery& q) { q.author = "cy@example.org"; }), Words{"About 100% pears"});
  const Time now = clock_.Now();
  EXPECT_EQ(subjects([&](QueueQuery& q) { q.from = now; }), Words{"About 100% pears"});
  EXPECT_EQ(subjects([&](QueueQuery& q) { q.until = now; }), Words{"About apples"});
  ASSERT_EQ(DecideNow(id, HoldState::kRejected), DecisionResult::kDone);
  EXPECT_EQ(subjects([](QueueQuery&) {}), Words{"About apples"});
  EXPECT_EQ(subjects([](QueueQuery& q) { q.states = {HoldState::kRejected}; }), Words{"About 100% pears"});
  EXPECT_EQ(subjects([](QueueQuery& q) { q.states = {}; }).size(), 2u);
}

TEST_P(HoldStoreContract, NearDuplicatesAreOneRowThatCountsThem) {
  for (const char* key : {"k1", "k2", "k3", "k4"}) {
    NewHold post = Post(key);
    if (key != std::string("k3")) post.similar_key = "same";
    store_->Hold(post);
  }
  HoldOne("k5");
  QueueQuery query;
  query.is_grouped = true;
  const QueuePage page = store_->Queue(query);
  EXPECT_EQ(page.count, 3u);
  EXPECT_EQ(Subjects(page), (Words{"About k1", "About k3", "About k5"}));
  EXPECT_EQ(page.rows[0].similar, 3u);
  EXPECT_EQ(page.rows[1].similar, 1u);
  query.order = QueueOrder::kNewest;
  EXPECT_EQ(Subjects(store_->Queue(query)), (Words{"About k5", "About k3", "About k1"}));
  query.is_grouped = false;
  query.similar_key = "same";
  EXPECT_EQ(store_->Queue(query).count, 3u);
}

TEST_P(HoldStoreContract, TheGravestFindingComesFirst) {
  NewHold post = Post("k1");
  post.findings = {{"f", "f/low", "c", "low", "hold", "1"},
                   {"f", "f/high", "c", "high", "hold", "2"},
                   {"f", "f/seen", "c", "high", "observe", "3"},
                   {"f", "f/medium", "c", "medium", "hold", "4"}};
  store_->Hold(post);
  const auto findings = store_->Queue({}).rows.at(0).held.findings;
  ASSERT_EQ(findings.size(), 3u);
  EXPECT_EQ(findings[0].rule, "f/high");
  EXPECT_EQ(findings[1].rule, "f/medium");
  EXPECT_EQ(findings[2].rule, "f/low");
}

TEST_P(HoldStoreContract, AnAuthorsHistoryIsPerList) {
  Brought(HoldState::kReleased, "k1");
  Brought(HoldState::kRejected, "k2");
  Brought(HoldState::kRejected, "k3");
  NewHold other = Post("k4");
  other.list = "trainees@lists.example.org";
  store_->Hold(other);
  const AuthorHistory expected = {{HoldState::kReleased, 1}, {HoldState::kRejected, 2}};
  EXPECT_EQ(store_->History("physics@lists.example.org", "bo@example.org"), expected);
  EXPECT_TRUE(store_->History("physics@lists.example.org", "di@example.org").empty());
}

TEST_P(HoldStoreContract, OnlyWhatIsPastItsTimeIsExpired) {
  const std::string early = HoldOne("k1");
  clock_.Advance(kMinute);
  HoldOne("k2");
  clock_.Advance(std::chrono::hours(24 * 7) - kMinute);
  const auto expired = store_->Expired(10);
  ASSERT_EQ(expired.size(), 1u);
  EXPECT_EQ(expired[0].id, early);
  ASSERT_EQ(DecideNow(early, HoldState::kExpired, "expiry"), DecisionResult::kDone);
  EXPECT_TRUE(store_->Expired(10).empty());
}

TEST_P(HoldStoreContract, FiguresCountByListRuleWeekAndOutcome) {
  const Time monday{std::chrono::seconds{1795392000}};  // 23 November 2026, 00:00
  clock_.Set(monday - std::chrono::seconds(1));
  Brought(HoldState::kRejected, "last week");
  clock_.Set(monday);
  const std::string id = HoldOne("k1");
  clock_.Advance(std::chrono::seconds(90));
  ASSERT_EQ(DecideNow(id, HoldState::kApproved), DecisionResult::kDone);
  HoldOne("k2");
  FiguresQuery query;
  query.from = monday - std::chrono::hours(24 * 7);
  query.until = monday + std::chrono::hours(24 * 7);
  const Figures figures = store_->FiguresFor(query);
  const auto count = [&](Time week, HoldState outcome) {
    for (const auto& one : figures.by_rule) {
      if (one.week == week && one.outcome == outcome && one.rule == "harassment/threat") return one.holds;
    }
    return std::size_t{0};
  };
  EXPECT_EQ(figures.by_rule.size(), 3u);
  EXPECT_EQ(figures.by_list.size(), 3u);
  EXPECT_EQ(count(monday - std::chrono::hours(24 * 7), HoldState::kRejected), 1u);
  EXPECT_EQ(count(monday, HoldState::kReleased), 1u);
  EXPECT_EQ(count(monday, HoldState::kHeld), 1u);
  ASSERT_EQ(figures.decided.size(), 2u);
  EXPECT_EQ(figures.decided[1].after, std::chrono::seconds(90));
  EXPECT_EQ(figures.decided[1].by, "ann");
  query.lists = {{"trainees@lists.example.org"}};
  EXPECT_TRUE(store_->FiguresFor(query).by_list.empty());
  query.lists.reset();
  query.until = monday;
  EXPECT_EQ(store_->FiguresFor(query).by_list.size(), 1u);
}

TEST_P(HoldStoreContract, FiguresTellWhatTheAuthorPutRightAndWhatNobodyDecided) {
  const std::string corrected = HoldOne("k1"), expired = HoldOne("k2"), plain = HoldOne("k3");
  CorrectNow(corrected);
  ASSERT_EQ(DecideNow(corrected, HoldState::kApproved), DecisionResult::kDone);
  ASSERT_EQ(DecideNow(expired, HoldState::kApproved, std::string(kExpiryActor)), DecisionResult::kDone);
  ASSERT_EQ(DecideNow(plain, HoldState::kApproved), DecisionResult::kDone);
  FiguresQuery query;
  query.until = clock_.Now() + kMinute;
  const Figures figures = store_->FiguresFor(query);
  const auto count = [](const std::vector<Figures::Holds>& all, HoldState outcome, bool is_corrected) {
    std::size_t holds = 0;
    for (const auto& one : all)
      holds += one.outcome == outcome && one.is_corrected == is_corrected ? one.holds : 0;
    return holds;
  };
  for (const auto* all : {&figures.by_list, &figures.by_filter}) {
    EXPECT_EQ(count(*all, HoldState::kReleased, true), 1u);
    EXPECT_EQ(count(*all, HoldState::kReleased, false), 1u);
    EXPECT_EQ(count(*all, HoldState::kExpired, false), 1u);
  }
}

TEST_P(HoldStoreContract, ThePostsBehindAFigureAreAsManyAsItSays) {
  const std::string corrected = HoldOne("k1");
  CorrectNow(corrected);
  ASSERT_EQ(DecideNow(corrected, HoldState::kApproved), DecisionResult::kDone);
  ASSERT_EQ(DecideNow(HoldOne("k2"), HoldState::kApproved, std::string(kExpiryActor)), DecisionResult::kDone);
  ASSERT_EQ(DecideNow(HoldOne("k3"), HoldState::kApproved), DecisionResult::kDone);
  HoldOne("k4");
  FiguresQuery time;
  time.until = clock_.Now() + kMinute;
  const Figures figures = store_->FiguresFor(time);
  ASSERT_FALSE(figures.by_rule.empty());
  std::size_t posts = 0;
  for (const auto& one : figures.by_rule) {
    QueueQuery query;
    query.states.clear();
    query.rule = one.rule;
    query.counted = {{one.outcome}, one.is_corrected};
    EXPECT_EQ(store_->Queue(query).count, one.holds) << one.rule << HoldStateName(one.outcome);
    posts += one.rule == "harassment/threat" ? one.holds : 0;
  }
  EXPECT_EQ(posts, 4u);
  QueueQuery all;
  all.counted = QueueQuery::Counted{};
  all.states.clear();
  EXPECT_EQ(store_->Queue(all).count, 4u) << "whatever became of them, corrected or not";
}

}  // namespace listwarden
