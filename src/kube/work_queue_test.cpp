#include "kube/work_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kube/retry.h"

namespace dynamo::kube {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const TimePoint kStart{std::chrono::hours{1}};
const NamespacedName kA{"ns", "a"};
const NamespacedName kB{"ns", "b"};

TEST(WorkQueueTest, GivesEachKeyOnceInOrder) {
  WorkQueue queue;
  queue.add(kA);
  queue.add(kB);
  queue.add(kA);
  EXPECT_EQ(queue.take(kStart), kA);
  EXPECT_EQ(queue.take(kStart), kB);
  EXPECT_EQ(queue.take(kStart), std::nullopt);
}

TEST(WorkQueueTest, AKeyBeingWorkedOnComesAgainWhenDone) {
  WorkQueue queue;
  queue.add(kA);
  ASSERT_EQ(queue.take(kStart), kA);
  queue.add(kA);
  queue.add(kA);
  EXPECT_EQ(queue.take(kStart), std::nullopt);
  queue.done(kA);
  EXPECT_EQ(queue.take(kStart), kA);
  queue.done(kA);
  EXPECT_EQ(queue.take(kStart), std::nullopt);
  EXPECT_TRUE(queue.idle());
}

TEST(WorkQueueTest, TheEarlierOfTwoDelaysCounts) {
  WorkQueue queue;
  queue.add_at(kA, kStart + seconds{5});
  queue.add_at(kA, kStart + seconds{2});
  queue.add_at(kA, kStart + seconds{9});
  EXPECT_EQ(queue.next_due(), kStart + seconds{2});
  EXPECT_EQ(queue.take(kStart + seconds{1}), std::nullopt);
  EXPECT_EQ(queue.take(kStart + seconds{2}), kA);
  EXPECT_EQ(queue.next_due(), std::nullopt);
}

TEST(WorkQueueTest, FailuresWaitLongerUntilForgotten) {
  WorkQueue queue({.initial = milliseconds{100}, .most = seconds{1}, .factor = 2.0, .jitter = 0.0});
  EXPECT_EQ(queue.add_failed(kA, kStart, 0.5), milliseconds{100});
  EXPECT_EQ(queue.add_failed(kA, kStart, 0.5), milliseconds{200});
  for (int i = 0; i < 10; ++i) queue.add_failed(kA, kStart, 0.5);
  EXPECT_EQ(queue.add_failed(kA, kStart, 0.5), seconds{1});
  EXPECT_EQ(queue.failures(kA), 13);
  EXPECT_EQ(queue.next_due(), kStart + milliseconds{100});
  queue.forget(kA);
  EXPECT_EQ(queue.add_failed(kA, kStart, 0.5), milliseconds{100});
}

TEST(BackoffTest, JitterSpreadsBothWays) {
  const BackoffPolicy policy{.initial = seconds{10}, .most = seconds{100}, .factor = 2.0, .jitter = 0.5};
  EXPECT_EQ(policy.delay(1, 0.0), seconds{5});
  EXPECT_EQ(policy.delay(1, 0.5), seconds{10});
  EXPECT_EQ(policy.delay(2, 0.5), seconds{20});
  EXPECT_EQ(policy.delay(1000, 0.5), seconds{100});
}

struct RetryCase {
  std::string_view name;
  int status;
  std::string_view header;
  int attempt;
  std::optional<Duration> delay;
};
class RetryTest : public ::testing::TestWithParam<RetryCase> {};
TEST_P(RetryTest, Decides) {
  const auto& row = GetParam();
  EXPECT_EQ(retry_delay(row.status, row.header, row.attempt), row.delay);
}
INSTANTIATE_TEST_SUITE_P(Rows, RetryTest,
                         ::testing::Values(RetryCase{"too_many", 429, "7", 0, seconds{7}},
                                           RetryCase{"too_many_without_header", 429, "", 0, seconds{1}},
                                           RetryCase{"zero_is_one", 429, "0", 0, seconds{1}},
                                           RetryCase{"busy_server", 503, "2", 3, seconds{2}},
                                           RetryCase{"broken_server", 503, "", 0, std::nullopt},
                                           RetryCase{"a_date_is_not_read", 503, "Fri, 31 Dec", 0,
                                                     std::nullopt},
                                           RetryCase{"refusal", 403, "2", 0, std::nullopt},
                                           RetryCase{"at_last_no_more", 429, "1", kMaxRetries, std::nullopt}),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace dynamo::kube
