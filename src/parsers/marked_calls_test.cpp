#include "parsers/test_support.h"

namespace dynamo::parsers::test {
namespace {

class MarkedCallsTest : public ::testing::TestWithParam<FormatCase> {};
TEST_P(MarkedCallsTest, IsToldInAnyPieces) { expect_told(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    DeepSeekV3, MarkedCallsTest,
    ::testing::Values(
        FormatCase{
            "one",
            "Ok.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{\"a\": 1}\n```"
            "<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
            R"(C'Ok.' f{"a": 1})", "deepseek_v3"},
        FormatCase{
            "two",
            "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{}\n```<"
            "｜tool▁call▁end｜>\n"
            "<｜tool▁call▁begin｜>function<｜tool▁sep｜>g\n```json\n{\"b\":\"```\"}\n```<｜tool▁call▁end｜>"
            "<｜tool▁calls▁end｜> Done",
            R"(f{} g{"b":"```"} C'Done')", "deepseek_v3"},
        FormatCase{
            "not_closed",
            "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{\"a\": 1}\n```",
            R"(f{"a": 1})", "deepseek_v3"},
        FormatCase{"no_fence", "<｜tool▁call▁begin｜>function<｜tool▁sep｜>f {}",
                   "C'<｜tool▁call▁begin｜>function<｜tool▁sep｜>f {}'", "deepseek_v3"},
        FormatCase{"other_fence", "<｜tool▁calls▁begin｜>```python\n1\n```",
                   "C'<｜tool▁calls▁begin｜>```python\n1\n```'", "deepseek_v3"},
        FormatCase{
            "with_reasoning",
            "I "
            "think.</"
            "think><｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{}\n```"
            "<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
            "R'I think.' f{}", "deepseek_v3", "deepseek_r1"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    DeepSeekV31, MarkedCallsTest,
    ::testing::Values(
        FormatCase{"one",
                   "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{\"a\": {\"b\": "
                   "1}}<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
                   R"(f{"a": {"b": 1}})", "deepseek_v3_1"},
        FormatCase{"two",
                   "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{}<｜tool▁call▁end｜>"
                   "<｜tool▁call▁begin｜>g<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
                   "f{} g{}", "deepseek_v3_1"},
        FormatCase{"no_section", "<｜tool▁call▁begin｜>f<｜tool▁sep｜>{}<｜tool▁call▁end｜>", "f{}",
                   "deepseek_v3_1"},
        FormatCase{"no_arguments", "<｜tool▁call▁begin｜>f<｜tool▁sep｜><｜tool▁call▁end｜>", "f{}",
                   "deepseek_v3_1"},
        FormatCase{"markers_missing_between",
                   "<｜tool▁call▁begin｜>f<｜tool▁sep｜>{}<｜tool▁call▁begin｜>g<｜tool▁sep｜>{}", "f{} g{}",
                   "deepseek_v3_1"},
        FormatCase{"restarted", "<｜tool▁call▁begin｜>oh<｜tool▁call▁begin｜>g<｜tool▁sep｜>{}",
                   "C'<｜tool▁call▁begin｜>oh' g{}", "deepseek_v3_1"},
        FormatCase{"broken",
                   "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>nothing<｜tool▁call▁end｜>",
                   "C'<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>nothing<｜tool▁call▁end｜>'",
                   "deepseek_v3_1"},
        FormatCase{"empty_section", "a<｜tool▁calls▁begin｜><｜tool▁calls▁end｜>b", "C'ab'", "deepseek_v3_1"},
        FormatCase{"cut_in_header", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool",
                   "C'<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool'", "deepseek_v3_1"},
        FormatCase{"similar", "<｜tool▁outputs▁begin｜>x", "C'<｜tool▁outputs▁begin｜>x'", "deepseek_v3_1"},
        FormatCase{"unknown_tool", "<｜tool▁call▁begin｜>f<｜tool▁sep｜>{}<｜tool▁call▁end｜>",
                   "C'<｜tool▁call▁begin｜>f<｜tool▁sep｜>{}<｜tool▁call▁end｜>'", "deepseek_v3_1", "",
                   R"([{"name":"g"}])"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    Kimi, MarkedCallsTest,
    ::testing::Values(
        FormatCase{
            "two",
            "Hi<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{"
            "\"a\": 1}"
            "<|tool_call_end|><|tool_call_begin|>functions.g:1<|tool_call_argument_begin|>{}<|tool_call_end|>"
            "<|tool_calls_section_end|>",
            R"(C'Hi' f{"a": 1} g{})", "kimi_k2"},
        FormatCase{"singular_section",
                   "<|tool_call_section_begin|><|tool_call_begin|> f <|tool_call_argument_begin|> {} "
                   "<|tool_call_end|><|tool_call_section_end|>",
                   "f{}", "kimi_k2"},
        FormatCase{
            "ends_reasoning",
            "Hm<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{}"
            "<|tool_call_end|><|tool_calls_section_end|>",
            "R'Hm' f{}", "kimi_k2", "kimi_k25"},
        FormatCase{"kimi_tags", "◁think▷Hm◁/think▷Yes ◁b", "R'Hm' C'Yes ◁b'", "", "kimi"}),
    row_name);

TEST(KimiIds, AreTheModelsWhereItNumbersItsCalls) {
  auto parser = Parser::make(options_of({.tool = "kimi_k2"})).value();
  const auto deltas =
      read_pieces(parser, {"<|tool_call_begin|>functions.f:3<|tool_call_argument_begin|>{}<|tool_call_end|>",
                           "<|tool_call_begin|>g<|tool_call_argument_begin|>{}<|tool_call_end|>"});
  ASSERT_EQ(deltas.size(), 2U);
  EXPECT_EQ(deltas[0].id, "functions.f:3");
  EXPECT_EQ(deltas[1].id, "call_0123456789ABCDEFGHIJKLMN");
}

}  // namespace
}  // namespace dynamo::parsers::test
