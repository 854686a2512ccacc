#include "parsers/harmony.h"

#include "parsers/test_support.h"

namespace dynamo::parsers::test {
namespace {

class HarmonyTest : public ::testing::TestWithParam<FormatCase> {};
TEST_P(HarmonyTest, IsToldInAnyPieces) { expect_told(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Messages, HarmonyTest,
    ::testing::Values(
        FormatCase{"reasoning_and_answer",
                   "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Hi!<"
                   "|return|>",
                   "R'Hm.' C'Hi!'", "harmony", "gpt_oss"},
        FormatCase{
            "call",
            "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>commentary to=functions.f "
            "<|constrain|>json<|message|>{\"a\": 1}<|call|>",
            R"(R'Hm.' f{"a": 1})", "harmony", "gpt_oss"},
        FormatCase{"recipient_first",
                   "<|start|>assistant to=functions.f<|channel|>commentary json<|message|>{}<|call|>", "f{}",
                   "harmony", "gpt_oss"},
        FormatCase{"begins_in_header", " to=functions.f<|channel|>commentary json<|message|>{}<|call|>",
                   "f{}", "harmony"},
        FormatCase{"analysis_to_function", "<|channel|>analysis to=functions.f<|message|>{}<|call|>", "f{}",
                   "harmony", "gpt_oss"},
        FormatCase{"two_calls",
                   "<|channel|>commentary "
                   "to=functions.f<|message|>{}<|call|><|start|>assistant<|channel|>commentary "
                   "to=functions.g<|message|>{\"b\":\"<|call|>\"}<|call|>",
                   R"(f{} g{"b":"<|call|>"})", "harmony"},
        FormatCase{
            "preamble",
            "<|channel|>commentary<|message|>I will look.<|end|><|start|>assistant<|channel|>commentary "
            "to=functions.f<|message|>{}<|call|>",
            "C'I will look.' f{}", "harmony", "gpt_oss"},
        FormatCase{"no_body", "<|channel|>commentary to=functions.f<|message|><|call|>", "f{}", "harmony"},
        FormatCase{"not_closed", "<|channel|>commentary to=functions.f<|message|>{\"a\":1}", R"(f{"a":1})",
                   "harmony"},
        FormatCase{"no_end_between",
                   "<|channel|>analysis<|message|>a<|start|>assistant<|channel|>final<|message|>b",
                   "R'a' C'b'", "harmony", "gpt_oss"},
        FormatCase{"plain", "Hello <|b|> you", "C'Hello <|b|> you'", "harmony", "gpt_oss"},
        FormatCase{
            "reasoning_without_calls",
            "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>commentary to=functions.f"
            "<|message|>{}<|call|>",
            "R'a' C'<|start|>assistant<|channel|>commentary to=functions.f<|message|>{}<|call|>'", "",
            "gpt_oss"},
        FormatCase{"calls_without_reasoning",
                   "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b",
                   "C'ab'", "harmony"},
        FormatCase{"other_recipient", "<|channel|>commentary to=browser.open<|message|>{}<|call|>",
                   "C'<|channel|>commentary to=browser.open<|message|>{}<|call|>'", "harmony", "gpt_oss"},
        FormatCase{"unknown_tool", "<|channel|>commentary to=functions.f<|message|>{}<|call|>",
                   "C'<|channel|>commentary to=functions.f<|message|>{}<|call|>'", "harmony", "gpt_oss",
                   R"([{"name":"g"}])"},
        FormatCase{"no_json", "<|channel|>commentary to=functions.f<|message|>print(1)<|call|>",
                   "C'<|channel|>commentary to=functions.f<|message|>print(1)<|call|>'", "harmony"},
        FormatCase{"unknown_channel", "<|channel|>music<|message|>la<|end|>",
                   "C'<|channel|>music<|message|>la<|end|>'", "harmony", "gpt_oss"},
        FormatCase{"cut_header", "<|channel|>commentary to=func", "C'<|channel|>commentary to=func'",
                   "harmony"},
        FormatCase{"header_never_ends", "<|channel|>analysis<|end|>x", "C'<|channel|>analysis<|end|>x'",
                   "harmony", "gpt_oss"},
        FormatCase{
            "other_tool_parser",
            "<|channel|>final<|message|><tool_call>{\"name\":\"f\",\"arguments\":{}}</tool_call><|return|>",
            "f{}", "hermes", "gpt_oss"}),
    row_name);

TEST(HarmonyHeader, NamesChannelAndRecipientInAnyOrder) {
  const auto header = parse_harmony_header("<|start|>assistant to=functions.f<|channel|>commentary json");
  EXPECT_EQ(header.channel, "commentary");
  EXPECT_EQ(header.recipient, "functions.f");
  EXPECT_EQ(parse_harmony_header("<|channel|>commentary to=functions.g <|constrain|>json").recipient,
            "functions.g");
  EXPECT_EQ(parse_harmony_header("<|channel|>final").recipient, "");
  EXPECT_EQ(parse_harmony_header("<|channel|>analysis auto=x").recipient, "");
}

}  // namespace
}  // namespace dynamo::parsers::test
