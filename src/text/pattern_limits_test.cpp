#include <gtest/gtest.h>

#include "text/oniguruma_oracle.h"
#include "text/pattern.h"
#include "text/random_text.h"

// What patterns are refused, and what happens where a search would take too long.

namespace dynamo::text {
namespace {

struct Refusal {
  std::string_view source;
  Errc code;
  std::string_view message;
};

class RefusalTest : public ::testing::TestWithParam<Refusal> {};

TEST_P(RefusalTest, SaysWhatAndWhere) {
  const auto pattern = Pattern::compile(GetParam().source);
  ASSERT_FALSE(pattern);
  EXPECT_EQ(pattern.error().code, GetParam().code);
  EXPECT_EQ(pattern.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    LeftOut, RefusalTest,
    ::testing::Values(
        Refusal{R"((a)\1)", Errc::unsupported,
                R"(back references (\1) are not supported, at byte 4 of the pattern (a)\1)"},
        Refusal{R"((?<n>a)\k<n>)", Errc::unsupported,
                R"(back references (\k<…>) are not supported, at byte 8 of the pattern (?<n>a)\k<n>)"},
        Refusal{R"(é\g<0>)", Errc::unsupported,
                R"(calls of groups (\g<…>) are not supported, at byte 3 of the pattern é\g<0>)"},
        Refusal{"(?~a)", Errc::unsupported,
                "absent groups (?~…) are not supported, at byte 2 of the pattern (?~a)"},
        Refusal{"(?(1)a|b)", Errc::unsupported,
                "conditions (?(…)…) are not supported, at byte 2 of the pattern (?(1)a|b)"},
        Refusal{"(?{x})", Errc::unsupported,
                "callouts (?{…}) are not supported, at byte 2 of the pattern (?{x})"},
        Refusal{"(*FAIL)", Errc::unsupported,
                "callouts (*name) are not supported, at byte 1 of the pattern (*FAIL)"},
        Refusal{R"(a\Kb)", Errc::unsupported,
                R"(keeping what came before (\K) is not supported, at byte 2 of the pattern a\Kb)"},
        Refusal{R"(\X)", Errc::unsupported,
                R"(grapheme clusters (\X) are not supported, at byte 1 of the pattern \X)"},
        Refusal{R"(\p{InGreek})", Errc::unsupported,
                R"(the character property InGreek is not supported, at byte 3 of the pattern \p{InGreek})"},
        Refusal{
            R"(a*\R)", Errc::unsupported,
            R"(\R behind or at the beginning of an endless repetition is not supported, at byte 4 of the pattern )"
            R"(a*\R)"},
        Refusal{R"(\x{61 62})", Errc::unsupported,
                R"(code point sequences are not supported, at byte 5 of the pattern \x{61 62})"}));

INSTANTIATE_TEST_SUITE_P(
    Wrong, RefusalTest,
    ::testing::Values(
        Refusal{"(a", Errc::invalid, "a group without its closing parenthesis at byte 2 of the pattern (a"},
        Refusal{"a)", Errc::invalid,
                "a closing parenthesis without its opening one at byte 1 of the pattern a)"},
        Refusal{"[a", Errc::invalid,
                "a character class without its closing bracket at byte 2 of the pattern [a"},
        Refusal{"[]", Errc::invalid, "an empty character class at byte 2 of the pattern []"},
        Refusal{"[z-a]", Errc::invalid, "an empty range in a character class at byte 4 of the pattern [z-a]"},
        Refusal{"*a", Errc::invalid, "nothing to repeat at byte 0 of the pattern *a"},
        Refusal{"{2}", Errc::invalid, "nothing to repeat at byte 3 of the pattern {2}"},
        Refusal{"^*", Errc::invalid, "what is repeated takes no characters at byte 2 of the pattern ^*"},
        Refusal{"a{100001}", Errc::invalid,
                "more than 100000 repetitions at byte 8 of the pattern a{100001}"},
        Refusal{"(?s:a)", Errc::invalid, "a group of no known kind at byte 2 of the pattern (?s:a)"},
        Refusal{"a\\", Errc::invalid, "nothing behind the backslash at byte 2 of the pattern a\\"},
        Refusal{R"(\x{110000})", Errc::invalid,
                R"(no character has this number at byte 10 of the pattern \x{110000})"},
        Refusal{"[[:foo:]]", Errc::invalid,
                "no character class is called [:foo:] at byte 8 of the pattern [[:foo:]]"},
        Refusal{"\xFF", Errc::invalid, "not UTF-8 at byte 0 of the pattern \xFF"}));

/// What is wrong for us is wrong for Oniguruma.
TEST(PatternRefusals, AreThoseOfOniguruma) {
  for (const std::string_view source :
       {"(a", "a)", "[a", "[]", "[z-a]", "*a", "^*", "(?s:a)", "a\\", "a{100001}", "[[:foo:]]", "(?=a)*",
        "(?:^|a)*", R"([a-\d])", R"([\d-x])", R"(\p{L)", "(?<>a)", "(?<1>a)", "(?<=(?=a)b)"}) {
    EXPECT_FALSE(Pattern::compile(source)) << source;
    EXPECT_NE(OnigurumaPattern(source).error(), "") << source;
  }
}

TEST(PatternLimits, OfSize) {
  std::string deep;
  for (int level = 0; level < 300; ++level) deep += "(";
  EXPECT_EQ(Pattern::compile(deep).error().code, Errc::too_large);
  EXPECT_EQ(Pattern::compile(std::string(300, '[')).error().code, Errc::too_large);
  EXPECT_EQ(Pattern::compile("(((ab){1000}){1000}){1000}").error().code, Errc::too_large);
  EXPECT_EQ(Pattern::compile("a" + std::string(100, '+')).error().code, Errc::too_large);
  EXPECT_EQ(Pattern::compile(std::string(300'000, 'a')).error().code, Errc::too_large);
  EXPECT_TRUE(Pattern::compile("((((){1000}){1000}){1000}){1000}"));
  EXPECT_TRUE(Pattern::compile("[a-z]{0,100000}"));
}

TEST(PatternLimits, OfStepsAndMemory) {
  const Pattern hopeless = *Pattern::compile("(?:a+)+$b|(?:\\w|a)+c");
  const std::string text(100, 'a');
  EXPECT_EQ(hopeless.search(text, 0, {.steps = 10'000, .alternatives = 10'000}).outcome,
            Pattern::Outcome::gave_up);
  const Pattern greedy = *Pattern::compile("(?:ab)+b");
  std::string pairs;
  for (int pair = 0; pair < 1000; ++pair) pairs += "ab";
  EXPECT_EQ(greedy.search(pairs, 0, {.steps = 1U << 22, .alternatives = 100}).outcome,
            Pattern::Outcome::gave_up);
  EXPECT_EQ(greedy.search(pairs + "b", 0).outcome, Pattern::Outcome::found);
}

TEST(PatternLimits, LetWordsOfAMegabyteThrough) {
  const std::string_view source = R"( ?\p{L}+|\s*[\r\n]+|\s+(?!\S)|\s+|(?:\p{N}{1,3})+)";
  const Pattern pattern = *Pattern::compile(source);
  constexpr std::uint32_t kSize = 1U << 20;
  EXPECT_EQ(pattern.search(std::string(kSize, 'a')).match(), (Range{0, kSize}));
  EXPECT_EQ(pattern.search(std::string(kSize, ' ') + ".").match(), (Range{0, kSize - 1}));
  EXPECT_EQ(pattern.search(std::string(kSize, '1')).match(), (Range{0, kSize}));
  const Pattern at_end = *Pattern::compile(R"(\s+$)");
  EXPECT_EQ(at_end.search(std::string(kSize, ' ') + "x", 0).outcome, Pattern::Outcome::none);
}

TEST(PatternLimits, SearchesBeginWhereTold) {
  const Pattern word = *Pattern::compile(R"(\b\w+|$)");
  EXPECT_EQ(word.search("one two", 1).match(), (Range{4, 7}));
  EXPECT_EQ(word.search("one two", 7).match(), (Range{7, 7}));
  EXPECT_EQ(word.search("one two", 8).match(), std::nullopt);
}

TEST(PatternLimits, BrokenTextIsSearchedToo) {
  RandomText random(3);
  const Pattern pattern = *Pattern::compile(R"((?<=\W)\p{L}+(?!\d)|[^\s\p{L}]+?\b|(?i:[^a-z]ss)|\s\z)");
  for (int number = 0; number < 2000; ++number) {
    const std::string text = random.next_broken();
    for (std::size_t from = 0; from <= text.size(); ++from) {
      const auto match = pattern.search(text, from).match();
      if (match) EXPECT_LE(match->end, text.size());
    }
  }
}

}  // namespace
}  // namespace dynamo::text
