#include "text/graphemes.h"

#include <gtest/gtest.h>

namespace dynamo::text {
namespace {

std::vector<std::string> graphemes(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = grapheme_end(text, at);
    out.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return out;
}

struct GraphemeCase {
  std::string_view name;
  std::vector<std::string> graphemes;
};

class GraphemeTest : public ::testing::TestWithParam<GraphemeCase> {};

TEST_P(GraphemeTest, CutsBetweenThem) {
  const auto& c = GetParam();
  std::string text;
  for (const std::string& each : c.graphemes) text += each;
  EXPECT_EQ(graphemes(text), c.graphemes);
}

INSTANTIATE_TEST_SUITE_P(
    Graphemes, GraphemeTest,
    ::testing::Values(GraphemeCase{"letters", {"a", "b", "中"}},                     //
                      GraphemeCase{"line_ends", {"\r\n", "\n", "\r", "\r\n", "a"}},  // GB3 to 5
                      GraphemeCase{"mark_behind_control", {"\n", "\u0301"}},         // GB4
                      GraphemeCase{"hangul_syllables",
                                   {"\u1100\u1161\u11A8", "가\u11A8", "각", "\u1100"}},    // GB6 to 8
                      GraphemeCase{"marks", {"e\u0301\u0300", "a"}},                       // GB9
                      GraphemeCase{"spacing_mark", {"\u0915\u093E", "a"}},                 // GB9a
                      GraphemeCase{"prepended", {"\u0600\u0661", "1"}},                    // GB9b
                      GraphemeCase{"conjunct", {"\u0915\u094D\u0937", "\u0915"}},          // GB9c
                      GraphemeCase{"conjunct_with_joiner", {"\u0915\u094D\u200D\u0937"}},  //
                      GraphemeCase{"no_linker", {"\u0915\u093C", "\u0937"}},               //
                      GraphemeCase{"family", {"👨\u200D👩\u200D👧", "a"}},                 // GB11
                      GraphemeCase{"skin_tone_and_joiner", {"👩🏽\u200D🚀"}},              //
                      GraphemeCase{"joiner_behind_letter", {"a\u200D", "👩"}},             //
                      GraphemeCase{"flags", {"🇩🇪", "🇫🇷", "🇬"}}),                           // GB12, 13
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace dynamo::text
