#include "cli/wall_time.h"

#include <gtest/gtest.h>

namespace dynamo::cli {
namespace {

using std::chrono::minutes;

struct ZonedTimeCase {
  std::string_view name;
  std::string_view text;
  std::string_view utc;  // empty: not a time
  minutes utc_offset{0};
};

class ZonedTimeTest : public ::testing::TestWithParam<ZonedTimeCase> {};

TEST_P(ZonedTimeTest, ReadsTheTimeAndItsZone) {
  const auto& row = GetParam();
  const auto read = parse_zoned_time(row.text);
  ASSERT_EQ(read.has_value(), !row.utc.empty());
  if (!read) return;
  EXPECT_EQ(format_rfc3339(read->time), row.utc);
  EXPECT_EQ(read->utc_offset, row.utc_offset);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, ZonedTimeTest,
    ::testing::Values(ZonedTimeCase{"date", "2026-02-03", "2026-02-03T00:00:00Z"},
                      ZonedTimeCase{"no_zone", "2026-02-03T04:05:06", "2026-02-03T04:05:06Z"},
                      ZonedTimeCase{"utc", "2026-02-03T04:05:06Z", "2026-02-03T04:05:06Z"},
                      ZonedTimeCase{"east", "2026-02-03T04:05:06+01:30", "2026-02-03T02:35:06Z", minutes{90}},
                      ZonedTimeCase{"west", "2026-02-03T20:05:06-08:00", "2026-02-04T04:05:06Z",
                                    minutes{-480}},
                      ZonedTimeCase{"no_date", "04:05", ""},
                      ZonedTimeCase{"words", "the day after tomorrow", ""}, ZonedTimeCase{"nothing", "", ""},
                      ZonedTimeCase{"no_such_day", "2026-02-33", ""}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(LocalTime, IsTheClocksTime) {
  const FakeClock clock;
  EXPECT_EQ(local_time(clock).time, clock.wall_now());
}

}  // namespace
}  // namespace dynamo::cli
