#include "text/finder.h"

#include <gtest/gtest.h>

namespace dynamo::text {
namespace {

std::string places(const Finder& finder, std::string_view text) {
  std::vector<Range> matches;
  EXPECT_TRUE(finder.find_all(text, matches));
  std::string out;
  for (const Range match : matches) out += fmt::format("{}-{} ", match.begin, match.end);
  return out;
}

struct FinderCase {
  std::string_view name;
  std::string_view pattern;
  std::string_view text;
  std::string_view places;
};

class LiteralFinderTest : public ::testing::TestWithParam<FinderCase> {};
class PatternFinderTest : public ::testing::TestWithParam<FinderCase> {};

TEST_P(LiteralFinderTest, FindsAll) {
  const auto& c = GetParam();
  EXPECT_EQ(places(Finder::literal(c.pattern), c.text), c.places);
}

TEST_P(PatternFinderTest, FindsAll) {
  const auto& c = GetParam();
  const auto finder = Finder::pattern(c.pattern);
  ASSERT_TRUE(finder) << finder.error().message;
  EXPECT_EQ(places(*finder, c.text), c.places);
}

constexpr auto kName = [](const auto& row) { return std::string(row.param.name); };

INSTANTIATE_TEST_SUITE_P(Finder, LiteralFinderTest,
                         ::testing::Values(FinderCase{"none", "x", "abc", ""},
                                           FinderCase{"no_overlap", "aa", "aaaaa", "0-2 2-4 "},
                                           FinderCase{"dots_are_dots", ".", "a.b.", "1-2 3-4 "},
                                           FinderCase{"empty_everywhere", "", "aé", "0-0 1-1 3-3 "},
                                           FinderCase{"in_an_empty_text", "", "", ""}),
                         kName);

INSTANTIATE_TEST_SUITE_P(Finder, PatternFinderTest,
                         ::testing::Values(FinderCase{"runs", "\\s+", "a  b c", "1-3 4-5 "},
                                           FinderCase{"empty_behind_a_match", "a*", "baac", "0-0 1-3 4-4 "},
                                           FinderCase{"anchor", "^", "ab", "0-0 "},
                                           FinderCase{"in_an_empty_text", "a*", "", ""}),
                         kName);

TEST(Finder, SaysThatAPatternTakesTooLong) {
  std::vector<Range> matches;
  std::string text(60, 'a');
  const Finder hopeless = Finder::pattern("(?:a|aa)+b").value();
  const auto found = hopeless.find_all(text, matches);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::too_large);
  EXPECT_EQ(found.error().message,
            "the pattern (?:a|aa)+b takes too long for a text of 60 bytes: gave up behind byte 0");
  EXPECT_FALSE(hopeless.replace_all(text, "x"));
  EXPECT_EQ(text, std::string(60, 'a'));
}

// Each search is cheap enough by itself; together they would take time that grows with the square of the
// text.
TEST(Finder, BoundsAllSearchesOfATextTogether) {
  const Finder looks_ahead = Finder::pattern("a(?=a*)").value();
  std::vector<Range> matches;
  EXPECT_TRUE(looks_ahead.find_all(std::string(1000, 'a'), matches));
  EXPECT_EQ(matches.size(), 1000U);
  const auto found = looks_ahead.find_all(std::string(25'000, 'a'), matches);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::too_large);
}

// Other pre-tokenizers may have cut a text into many pieces: what one may take has to be little.
TEST(Finder, BoundsTextsThatWereCutIntoPieces) {
  const Finder hopeless = Finder::pattern("(?:a|aa)+b").value();
  std::vector<Range> matches;
  std::size_t refused = 0;
  for (int piece = 0; piece < 50; ++piece) {
    if (!hopeless.find_all(std::string(23, 'a'), matches)) ++refused;
  }
  EXPECT_EQ(refused, 50U);
}

TEST(Finder, RefusesWhatIsNoPattern) {
  const auto finder = Finder::pattern("(");
  ASSERT_FALSE(finder);
  EXPECT_EQ(finder.error().code, Errc::invalid);
}

}  // namespace
}  // namespace dynamo::text
