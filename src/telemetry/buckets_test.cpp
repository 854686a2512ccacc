#include "telemetry/buckets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynamo::telemetry {
namespace {

using ::testing::HasSubstr;

struct LogCase {
  std::string_view name;
  BucketRange range;
  Bounds want;
};

class LogBucketsTest : public ::testing::TestWithParam<LogCase> {};

TEST_P(LogBucketsTest, AgreesWithTheTable) {
  const auto bounds = log_buckets(GetParam().range);
  ASSERT_TRUE(bounds.has_value()) << bounds.error().message;
  EXPECT_EQ(*bounds, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Histograms, LogBucketsTest,
    ::testing::Values(
        LogCase{"duration", {1, 256, 10}, {0, 1.9, 3.4, 6.3, 12, 22, 40, 75, 140, 260}},
        LogCase{"input",
                {50, 128000, 12},
                {0, 100, 210, 430, 870, 1800, 3600, 7400, 15000, 31000, 63000, 130000}},
        LogCase{"output", {50, 32000, 10}, {0, 100, 210, 430, 880, 1800, 3700, 7600, 16000, 32000}},
        LogCase{
            "ttft",
            {0.001, 480, 18},
            {0, 0.0022, 0.0047, 0.01, 0.022, 0.047, 0.1, 0.22, 0.47, 1, 2.2, 4.7, 10, 22, 48, 100, 220, 480}},
        LogCase{"itl",
                {0.001, 2, 13},
                {0, 0.0019, 0.0035, 0.0067, 0.013, 0.024, 0.045, 0.084, 0.16, 0.3, 0.56, 1.1, 2}},
        LogCase{"merges_equal_neighbours", {1, 1.1, 5}, {0, 1, 1.1}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(LogBuckets, RefusesWrongShapes) {
  for (const BucketRange& range :
       {BucketRange{0, 1, 5}, BucketRange{2, 1, 5}, BucketRange{1, 2, 1}, BucketRange{1, 2, 513}}) {
    EXPECT_EQ(log_buckets(range).error().code, Errc::invalid);
  }
}

TEST(ExponentialBuckets, Double) { EXPECT_EQ(exponential_buckets(0.5, 2, 4), (Bounds{0.5, 1, 2, 4})); }

TEST(OverrideRange, AcceptsAllThreeSpellings) {
  const BucketRange range{1, 2, 3};
  for (const auto* prefix : {"DYN_METRICS_TTFT", "DYN_HISTOGRAM_DYN_METRICS_TTFT", "DYN_HISTOGRAM_TTFT"}) {
    Environment env;
    env.set(fmt::format("{}_MIN", prefix), "0.5");
    env.set(fmt::format("{}_MAX", prefix), "8");
    env.set(fmt::format("{}_COUNT", prefix), "20");
    EXPECT_EQ(override_range(env, "TTFT", range), (BucketRange{0.5, 8, 20})) << prefix;
  }
  EXPECT_EQ(override_range({}, "TTFT", range), range);
}

TEST(OverrideRange, TheDocumentedSpellingWins) {
  const Environment env{{"DYN_HISTOGRAM_TTFT_MAX", "3"}, {"DYN_METRICS_TTFT_MAX", "9"}};
  EXPECT_EQ(override_range(env, "TTFT", {1, 2, 3})->max, 9);
}

TEST(OverrideRange, NamesTheVariableThatIsWrong) {
  const Environment env{{"DYN_HISTOGRAM_ITL_COUNT", "1.5"}};
  EXPECT_THAT(override_range(env, "ITL", {1, 2, 3}).error().message,
              HasSubstr("DYN_HISTOGRAM_ITL_COUNT must be a number"));
}

}  // namespace
}  // namespace dynamo::telemetry
