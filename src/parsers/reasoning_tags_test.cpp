#include "parsers/reasoning_tags.h"

#include "parsers/formats.h"
#include "parsers/test_support.h"

namespace dynamo::parsers::test {
namespace {

class ReasoningTest : public ::testing::TestWithParam<FormatCase> {};
TEST_P(ReasoningTest, IsToldInAnyPieces) { expect_told(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Explicit, ReasoningTest,
    ::testing::Values(
        FormatCase{"span", "<think>Hm.</think>Yes.", "R'Hm.' C'Yes.'", "", "basic"},
        FormatCase{"lines", "<think>\nHm.\n</think>\n\nYes.", "R'\nHm.\n' C'\n\nYes.'", "", "qwen3"},
        FormatCase{"alias", "<think>a</think>b", "R'a' C'b'", "", "qwen"},
        FormatCase{"empty_span", "<think>\n\n</think>\n\nYes.", "C'\n\nYes.'", "", "qwen3"},
        FormatCase{"none", "Yes.", "C'Yes.'", "", "qwen3"},
        FormatCase{"before", "a <think>b</think> c", "C'a ' R'b' C' c'", "", "basic"},
        FormatCase{"again", "<think>a</think>b<think>c</think>d", "R'a' C'b' R'c' C'd'", "", "basic"},
        FormatCase{"never_ends", "<think>a b", "R'a b'", "", "nemotron_deci"},
        FormatCase{"cut_in_marker", "<think>a</thi", "R'a</thi'", "", "glm45"},
        FormatCase{"almost", "a <thinker> </think", "C'a <thinker> </think'", "", "basic"},
        FormatCase{
            "marker_in_a_call",
            "<tool_call>{\"name\":\"f\",\"arguments\":{\"a\":\"<think>\"}}</tool_call><think>b</think>",
            "f{\"a\":\"<think>\"} R'b'", "hermes", "qwen3"},
        FormatCase{"marker_in_a_held_call", "<function=f><parameter=a><think></parameter></function>",
                   "f{\"a\": \"<think>\"}", "qwen3_coder", "qwen3"},
        FormatCase{"marker_inside", "<think>a <think> b</think>c", "R'a <think> b' C'c'", "", "basic"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    FromTheBeginning, ReasoningTest,
    ::testing::Values(
        FormatCase{"no_opening", "Hm.</think>Yes.", "R'Hm.' C'Yes.'", "", "deepseek_r1"},
        FormatCase{"opening", " <think>Hm.</think>Yes.", "R'Hm.' C'Yes.'", "", "deepseek_r1"},
        FormatCase{"no_closing", "Hm.", "R'Hm.'", "", "step3"},
        FormatCase{"similar_opening", "<thin>x</think>y", "R'<thin>x' C'y'", "", "nemotron_nano"},
        FormatCase{"mistral", "[THINK]a[/THINK]b", "R'a' C'b'", "", "mistral"},
        FormatCase{"with_call", "Hm.</think>\n\n<tool_call>{\"name\":\"f\",\"arguments\":{}}</tool_call>",
                   "R'Hm.' f{}", "hermes", "deepseek_r1"},
        FormatCase{"call_in_reasoning", "a <tool_call>{}</think>b", "R'a <tool_call>{}' C'b'", "hermes",
                   "deepseek_r1"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    Gemma, ReasoningTest,
    ::testing::Values(
        FormatCase{"span", "<|channel>thought\nHm.\n<channel|>Yes.", "R'Hm.\n' C'Yes.'", "", "gemma4"},
        FormatCase{"no_label", "<|channel>Hm.<channel|>Yes.", "R'Hm.' C'Yes.'", "", "gemma-4"},
        FormatCase{"other_label", "<|channel>thoughts<channel|>Yes.", "R'thoughts' C'Yes.'", "", "gemma4"},
        FormatCase{"cut_in_label", "<|channel>thou", "R'thou'", "", "gemma4"},
        FormatCase{"empty", "<|channel>thought\n<channel|>Yes.", "C'Yes.'", "", "gemma4"},
        FormatCase{"with_call", "<|channel>thought\nHm.<channel|><|tool_call>call:f{}<tool_call|>",
                   "R'Hm.' f{}", "gemma4", "gemma4"},
        FormatCase{"minimax", "Hm.\n</think>\n\nYes.", "R'Hm.\n' C'\n\nYes.'", "", "minimax_append_think"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    Granite, ReasoningTest,
    ::testing::Values(
        FormatCase{"span", "Here is my thought process: a. Here is my response: b.", "R' a. ' C' b.'", "",
                   "granite"},
        FormatCase{"short_form", "Here's my thought process:a Here's my response:b", "R'a ' C'b'", "",
                   "granite"},
        FormatCase{"once", "Here is my thought process:a Here is my response:b Here is my thought process:c",
                   "R'a ' C'b Here is my thought process:c'", "", "granite"},
        FormatCase{"none", "Here is my cat.", "C'Here is my cat.'", "", "granite"}),
    row_name);

TEST(Reasoning, IsKnownByTheEndOfThePrompt) {
  EXPECT_EQ(begins_with_reasoning("qwen3", "assistant\n<think>\n"), true);
  EXPECT_EQ(begins_with_reasoning("qwen3", "<think>\n\n</think>\n\n"), false);
  EXPECT_EQ(begins_with_reasoning("deepseek_r1", "assistant\n"), std::nullopt);
  EXPECT_EQ(begins_with_reasoning("qwen3", "<think> or not"), std::nullopt);
  EXPECT_EQ(begins_with_reasoning("mistral", "[/INST][THINK]"), true);
  EXPECT_EQ(begins_with_reasoning("gemma4", "<|channel>thought\n<channel|>"), false);
  EXPECT_EQ(begins_with_reasoning("gpt_oss", "<think>"), std::nullopt);
  EXPECT_EQ(begins_with_reasoning("", "<think>"), std::nullopt);
  EXPECT_EQ(begins_with_reasoning("unknown", "<think>"), std::nullopt);
}

TEST(Reasoning, BeginsAsThePromptSays) {
  for (const auto& [inside, want] : {std::pair{true, "R'a' C'b'"}, std::pair{false, "C'a</think>b'"}}) {
    for (const auto* name : {"qwen3", "deepseek_r1"}) {
      auto options = options_of({.reasoning = name});
      options.begins_with_reasoning = inside;
      auto parser = Parser::make(std::move(options)).value();
      EXPECT_EQ(shown(read_pieces(parser, {"a</think>b"})), want) << name;
    }
  }
}

}  // namespace
}  // namespace dynamo::parsers::test
