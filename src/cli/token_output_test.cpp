#include "cli/token_output.h"

#include <gtest/gtest.h>

namespace dynamo::cli {
namespace {

using tokens::Span;

TEST(TokenOutput, OffsetsCountCharacters) {
  const std::string_view text = "aé你😀b";  // 1, 2, 3, 4 and 1 bytes
  const std::vector<Span> bytes{{0, 0}, {0, 1}, {1, 3}, {3, 6}, {6, 10}, {10, 11}, {1, 11}};
  const std::vector<Span> characters{{0, 0}, {0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {1, 5}};
  EXPECT_EQ(in_characters(bytes, text), characters);
}

TEST(TokenOutput, BrokenBytesCountAsTheirReplacement) {
  const std::string_view text = "a\xE4\xBD\xFFz";  // an unfinished character, a byte of none
  EXPECT_EQ(in_characters(std::vector<Span>{{1, 3}, {3, 4}, {4, 5}}, text),
            (std::vector<Span>{{1, 2}, {2, 3}, {3, 4}}));
}

struct Shown {
  std::string_view name, text, shown;
};
class VisibleTest : public ::testing::TestWithParam<Shown> {};

TEST_P(VisibleTest, StaysOnItsLineAndDoesNothingToTheTerminal) {
  EXPECT_EQ(visible(GetParam().text), GetParam().shown);
}

INSTANTIATE_TEST_SUITE_P(Texts, VisibleTest,
                         ::testing::Values(Shown{"plain", "héllo 你", "héllo 你"},
                                           Shown{"line", "a\nb\r\t", "a\\nb\\r\\t"},
                                           Shown{"escape", "\x1b[2J", "\\x1b[2J"},
                                           Shown{"c1_control", "\xC2\x9B", "\\u009b"},
                                           Shown{"no_break_space", "\xC2\xA0", "\xC2\xA0"},
                                           Shown{"broken", "a\xFF\xE4\xBD", "a\\xff\\xe4\\xbd"}),
                         [](const auto& row) { return std::string(row.param.name); });

tokens::Encoding encoding() {
  tokens::Encoding out;
  out.ids = {0, 7, 9};
  out.tokens = {"<s>", "h\"i", "Ċ"};
  out.offsets = {{0, 0}, {0, 3}, {3, 4}};
  out.types = {0, 0, 0};
  out.special = {true, false, false};
  return out;
}

TEST(TokenOutput, Json) {
  EXPECT_EQ(ids_json(encoding().ids), "[0,7,9]");
  EXPECT_EQ(ids_json({}), "[]");
  EXPECT_EQ(encoding_json(encoding(), "h\"i\n"),
            R"({"ids":[0,7,9],"tokens":["<s>","h\"i","Ċ"],"offsets":[[0,0],[0,3],[3,4]]})");
}

TEST(TokenOutput, Table) {
  EXPECT_EQ(token_table(encoding(), "h\"i\n", true),
            "ID   TOKEN   BEGIN   END   TEXT\n"
            "0    <s>     0       0\n"
            "7    h\"i     0       3     \"h\"i\"\n"
            "9    Ċ       3       4     \"\\n\"\n");
}

TEST(TokenOutput, PiecesEndTheirGroundWithTheLine) {
  const std::string shown = token_pieces(encoding(), "h\"i\n");
  EXPECT_TRUE(shown.ends_with("⏎\x1b[0m\n3 tokens\n")) << shown;
}

TEST(TokenOutput, IdsFromJson) {
  EXPECT_EQ(ids_from_json(json::parse("[1,2,4294967295]").value()).value(),
            (std::vector<tokens::TokenId>{1, 2, 4294967295U}));
  for (const std::string_view wrong : {"1", "[1.5]", "[-1]", "[4294967296]", "[\"1\"]", "{}"}) {
    EXPECT_EQ(ids_from_json(json::parse(wrong).value()).error().code, Errc::invalid) << wrong;
  }
}

}  // namespace
}  // namespace dynamo::cli
