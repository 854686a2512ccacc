#include "base/clock.h"

#include <gtest/gtest.h>

namespace dynamo {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

WallTime at(std::int64_t unix_seconds, std::int64_t micros = 0) {
  return WallTime{seconds{unix_seconds} + microseconds{micros}};
}

TEST(Rfc3339, WritesSecondsAndMicroseconds) {
  EXPECT_EQ(format_rfc3339(at(1'770'091'445)), "2026-02-03T04:04:05Z");
  EXPECT_EQ(format_rfc3339_micro(at(1'770'091'445, 7)), "2026-02-03T04:04:05.000007Z");
  EXPECT_EQ(format_rfc3339(at(0)), "1970-01-01T00:00:00Z");
}

struct TimeCase {
  std::string_view text;
  std::optional<WallTime> want;
};
class ParseTime : public ::testing::TestWithParam<TimeCase> {};
TEST_P(ParseTime, Reads) { EXPECT_EQ(parse_rfc3339(GetParam().text), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(
    Texts, ParseTime,
    ::testing::Values(TimeCase{"2026-02-03T04:04:05Z", at(1'770'091'445)},
                      TimeCase{"2026-02-03t04:04:05z", at(1'770'091'445)},
                      TimeCase{"2026-02-03T05:34:05+01:30", at(1'770'091'445)},
                      TimeCase{"2026-02-03T03:04:05-01:00", at(1'770'091'445)},
                      TimeCase{"2026-02-03T04:04:05.5Z", at(1'770'091'445, 500'000)},
                      TimeCase{"2026-02-03T04:04:05.123456789Z", at(1'770'091'445, 123'456)},
                      TimeCase{"2026-02-30T04:04:05Z", std::nullopt},
                      TimeCase{"2026-02-03T24:04:05Z", std::nullopt},
                      TimeCase{"2026-02-03T04:04:05", std::nullopt}, TimeCase{"2026-02-03", std::nullopt},
                      TimeCase{"2026-02-03T04:04:05Zx", std::nullopt}, TimeCase{"", std::nullopt},
                      TimeCase{"-026-02-03T04:04:05Z", std::nullopt}));

struct AgeCase {
  std::int64_t age;
  std::string_view text;
};
class Age : public ::testing::TestWithParam<AgeCase> {};
TEST_P(Age, ReadsAsKubectlPrintsIt) { EXPECT_EQ(format_age(seconds{GetParam().age}), GetParam().text); }
INSTANTIATE_TEST_SUITE_P(Ages, Age,
                         ::testing::Values(AgeCase{-5, "0s"}, AgeCase{0, "0s"}, AgeCase{119, "119s"},
                                           AgeCase{120, "2m"}, AgeCase{192, "3m12s"}, AgeCase{600, "10m"},
                                           AgeCase{3 * 3600 + 600, "3h10m"}, AgeCase{9 * 3600, "9h"},
                                           AgeCase{47 * 3600, "47h"}, AgeCase{49 * 3600, "2d1h"},
                                           AgeCase{12 * 86400, "12d"}, AgeCase{800 * 86400, "2y70d"},
                                           AgeCase{3000LL * 86400, "8y"}));

}  // namespace
}  // namespace dynamo
