#include "parsers/test_support.h"

namespace dynamo::parsers::test {
namespace {

class JsonCallsTest : public ::testing::TestWithParam<FormatCase> {};
TEST_P(JsonCallsTest, IsToldInAnyPieces) { expect_told(GetParam()); }

constexpr std::string_view kTools =
    R"([{"type":"function","function":{"name":"f","parameters":{"type":"object"}}},{"name":"g"}])";

INSTANTIATE_TEST_SUITE_P(
    Hermes, JsonCallsTest,
    ::testing::Values(
        FormatCase{"one", R"(<tool_call>{"name": "f", "arguments": {"a": 1}}</tool_call>)", R"(f{"a": 1})",
                   "hermes"},
        FormatCase{"lines", "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1}}\n</tool_call>\n",
                   R"(f{"a": 1})", "hermes"},
        FormatCase{"text_before", R"(Let me see. <tool_call>{"name":"f","arguments":{}}</tool_call>)",
                   "C'Let me see. ' f{}", "hermes"},
        FormatCase{"white_before", "\n\n<tool_call>{\"name\":\"f\",\"arguments\":{}}</tool_call>", "f{}",
                   "hermes"},
        FormatCase{"text_after", "<tool_call>{\"name\":\"f\",\"arguments\":{}}</tool_call>\n\nDone.",
                   "f{} C'Done.'", "hermes"},
        FormatCase{"two",
                   "<tool_call>{\"name\":\"f\",\"arguments\":{\"a\":1}}</tool_call>\n"
                   "<tool_call>{\"name\":\"g\",\"arguments\":{\"b\":2}}</tool_call>",
                   R"(f{"a":1} g{"b":2})", "hermes"},
        FormatCase{
            "two_in_one",
            "<tool_call>{\"name\":\"f\",\"arguments\":{}}\n{\"name\":\"g\",\"arguments\":{}}</tool_call>",
            "f{} g{}", "hermes"},
        FormatCase{"list_in_one", R"(<tool_call>[{"name":"f","arguments":{}},{"name":"g"}]</tool_call>)",
                   "f{} g{}", "hermes"},
        FormatCase{
            "same_twice",
            R"(<tool_call>{"name":"f","arguments":{}}</tool_call><tool_call>{"name":"f","arguments":{}}</tool_call>)",
            "f{} f{}", "hermes"},
        FormatCase{"alias", R"(<tool_call>{"name":"f","arguments":{}}</tool_call>)", "f{}", "Qwen25"},
        FormatCase{"without_arguments", R"(<tool_call>{"name":"f"}</tool_call>)", "f{}", "hermes"},
        FormatCase{"null_arguments", R"(<tool_call>{"name":"f","arguments":null}</tool_call>)", "f{}",
                   "hermes"},
        FormatCase{"parameters", R"(<tool_call>{"name":"f","parameters":{"a":1}}</tool_call>)", R"(f{"a":1})",
                   "hermes"},
        FormatCase{"arguments_first", R"(<tool_call>{"arguments":{"name":"no"},"name":"f"}</tool_call>)",
                   R"(f{"name":"no"})", "hermes"},
        FormatCase{"arguments_as_text",
                   R"(<tool_call>{"name":"f","arguments":"{\"a\": \"\\n\"}"}</tool_call>)", R"(f{"a": "\n"})",
                   "hermes"},
        FormatCase{
            "other_members",
            R"(<tool_call>{"id":7,"type":"function","x":[1,{"y":null}],"name":"f","arguments":{},"z":-1.5e3}</tool_call>)",
            "f{}", "hermes"},
        FormatCase{
            "nested",
            R"(<tool_call>{"name":"f","arguments":{"a":{"b":[{"c":"}]"},"\"{"]},"d":"\\"}}</tool_call>)",
            R"(f{"a":{"b":[{"c":"}]"},"\"{"]},"d":"\\"})", "hermes"},
        FormatCase{"markers_in_arguments",
                   R"(<tool_call>{"name":"f","arguments":{"a":"</tool_call><tool_call>"}}</tool_call>)",
                   R"(f{"a":"</tool_call><tool_call>"})", "hermes"},
        FormatCase{"unicode",
                   R"(Ünï <tool_call>{"name":"f","arguments":{"ä":"日本語 🎉 \u00e4"}}</tool_call>)",
                   R"(C'Ünï ' f{"ä":"日本語 🎉 \u00e4"})", "hermes"},
        FormatCase{"line_break_in_string",
                   "<tool_call>{\"name\":\"f\",\"arguments\":{\"a\":\"x\ny\t\"}}</tool_call>",
                   R"(f{"a":"x\ny\t"})", "hermes"},
        FormatCase{"lone_surrogates",
                   R"(<tool_call>{"name":"f","arguments":{"a":"\ud83d\ude00 \ud83d \ude00"}}</tool_call>)",
                   R"(f{"a":"\ud83d\ude00 \ufffd \ufffd"})", "hermes"},
        FormatCase{"empty_list", "<tool_call>[]</tool_call>ok", "C'ok'", "hermes"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    Broken, JsonCallsTest,
    ::testing::Values(
        FormatCase{"no_json", "<tool_call>hello</tool_call>", "C'<tool_call>hello</tool_call>'", "hermes"},
        FormatCase{"not_a_call", R"(<tool_call>{"x": 1}</tool_call>)",
                   R"(C'<tool_call>{"x": 1}</tool_call>')", "hermes"},
        FormatCase{"arguments_no_object", R"(<tool_call>{"name":"f","arguments":[1]}</tool_call>)",
                   R"(C'<tool_call>{"name":"f","arguments":[1]}</tool_call>')", "hermes"},
        FormatCase{"unknown_tool", R"(<tool_call>{"name":"h","arguments":{}}</tool_call>)",
                   R"(C'<tool_call>{"name":"h","arguments":{}}</tool_call>')", "hermes", "", kTools},
        FormatCase{"known_behind_unknown",
                   R"(<tool_call>{"name":"h"}</tool_call><tool_call>{"name":"g","arguments":{}}</tool_call>)",
                   R"(C'<tool_call>{"name":"h"}</tool_call>' g{})", "hermes", "", kTools},
        FormatCase{"name_no_name", R"(<tool_call>{"name":"a b","arguments":{}}</tool_call>)",
                   R"(C'<tool_call>{"name":"a b","arguments":{}}</tool_call>')", "hermes"},
        FormatCase{"cut_in_marker", "so <tool_c", "C'so <tool_c'", "hermes"},
        FormatCase{"cut_before_name", R"(a <tool_call>{"na)", R"(C'a <tool_call>{"na')", "hermes"},
        FormatCase{"cut_before_arguments", R"(<tool_call>{"name":"f")", R"(C'<tool_call>{"name":"f"')",
                   "hermes"},
        FormatCase{"cut_in_arguments", R"(<tool_call>{"name":"f","arguments":{"a":"x)", R"(f{"a":"x)",
                   "hermes"},
        FormatCase{"cut_behind_arguments", R"(<tool_call>{"name":"f","arguments":{"a":1})", R"(f{"a":1})",
                   "hermes"},
        FormatCase{"brace_missing", "<tool_call>{\"name\":\"f\",\"arguments\":{}\n</tool_call>ok",
                   "f{} C'ok'", "hermes"},
        FormatCase{"no_closing_marker", R"(<tool_call>{"name":"f","arguments":{}})", "f{}", "hermes"},
        FormatCase{"closing_marker_twice",
                   R"(<tool_call>{"name":"f","arguments":{}}</tool_call></tool_call>)", "f{}", "hermes"},
        FormatCase{"opening_marker_twice", R"(<tool_call><tool_call>{"name":"f","arguments":{}}</tool_call>)",
                   "C'<tool_call>' f{}", "hermes"},
        FormatCase{"closing_marker_alone", "a</tool_call>b", "C'a</tool_call>b'", "hermes"},
        FormatCase{"broken_arguments", R"(<tool_call>{"name":"f","arguments":{"a":oops}}</tool_call>)",
                   R"(f{"a": C'oops}}</tool_call>')", "hermes"},
        FormatCase{"plain", "Just { text } [with] \"all\" <sorts> of, marks;",
                   "C'Just { text } [with] \"all\" <sorts> of, marks;'", "hermes"},
        FormatCase{"white_only", " \n", "C' \n'", "hermes"}, FormatCase{"empty", "", "", "hermes"},
        FormatCase{"no_utf8", "a\xff\xc3(\xe2\x82", "C'a\xEF\xBF\xBD\xEF\xBF\xBD(\xEF\xBF\xBD'", "hermes"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    Lists, JsonCallsTest,
    ::testing::Values(
        FormatCase{
            "nemotron",
            R"(<TOOLCALL>[{"name": "f", "arguments": {"a": 1}}, {"name": "g", "arguments": {}}]</TOOLCALL>)",
            R"(f{"a": 1} g{})", "nemotron_deci"},
        FormatCase{"nemotron_object", R"(<TOOLCALL>{"name":"f","arguments":{}}</TOOLCALL>)", "f{}",
                   "nemotron_deci"},
        FormatCase{"jamba", "<tool_calls>[\n    {\"name\": \"f\", \"arguments\": {\"a\": 1}}\n]</tool_calls>",
                   R"(f{"a": 1})", "jamba"},
        FormatCase{"phi4", R"(functools[{"name":"f","arguments":{"a":1}},{"name":"g","arguments":{}}])",
                   R"(f{"a":1} g{})", "phi4"},
        FormatCase{"phi4_word", "Use functools.reduce or functools [sic].",
                   "C'Use functools.reduce or functools [sic].'", "phi4"},
        FormatCase{"list_breaks", R"(<TOOLCALL>[{"name":"f","arguments":{}}, oops]</TOOLCALL>)",
                   "f{} C', oops]</TOOLCALL>'", "nemotron_deci"},
        FormatCase{"list_cut", R"(<TOOLCALL>[{"name":"f","arguments":{}})", "f{}", "nemotron_deci"},
        FormatCase{"list_without_comma",
                   R"(<TOOLCALL>[{"name":"f","arguments":{}} {"name":"g","arguments":{}}]</TOOLCALL>)",
                   "f{} g{}", "nemotron_deci"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    Bare, JsonCallsTest,
    ::testing::Values(
        FormatCase{"llama", R"({"name": "f", "parameters": {"a": 1}})", R"(f{"a": 1})", "llama3_json"},
        FormatCase{"llama_typed", R"({"type": "function", "name": "f", "parameters": {"a": 1}})",
                   R"(f{"a": 1})", "llama3_json"},
        FormatCase{"llama_tag", R"(<|python_tag|>{"name": "f", "parameters": {}})", "f{}", "llama3_json"},
        FormatCase{"llama_tag_behind_text", R"(Sure. <|python_tag|>{"name":"f","parameters":{}})",
                   "C'Sure. ' f{}", "llama3_json"},
        FormatCase{"llama_two", R"({"name":"f","parameters":{}}; {"name":"g","parameters":{"b":2}})",
                   R"(f{} g{"b":2})", "llama3_json"},
        FormatCase{"llama_json_answer", R"({"answer": {"name": "f", "parameters": {}}})",
                   R"(C'{"answer": {"name": "f", "parameters": {}}}')", "llama3_json"},
        FormatCase{"llama_name_alone", R"({"name": "Bob"})", R"(C'{"name": "Bob"}')", "llama3_json"},
        FormatCase{"llama_person", R"({"name": "Bob", "age": 7})", R"(C'{"name": "Bob", "age": 7}')",
                   "llama3_json"},
        FormatCase{"llama_later", R"(Call {"name":"f","parameters":{}} now)",
                   R"(C'Call {"name":"f","parameters":{}} now')", "llama3_json"},
        FormatCase{"default_list", R"( [{"name":"f","parameters":{"a":1}},{"name":"g","arguments":{}}])",
                   R"(f{"a":1} g{})", "default"},
        FormatCase{"default_marker", R"(<TOOLCALL>[{"name":"f","arguments":{}}]</TOOLCALL>)", "f{}",
                   "default"},
        FormatCase{"default_tag", R"(<|python_tag|>{"name":"f","arguments":{}})", "f{}", "default"},
        FormatCase{"default_other_list", "[1, 2, 3]", "C'[1, 2, 3]'", "default"},
        FormatCase{"default_empty_list", "[]", "C'[]'", "default"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    Mistral, JsonCallsTest,
    ::testing::Values(
        FormatCase{"list",
                   R"([TOOL_CALLS] [{"name": "f", "arguments": {"a": 1}}, {"name": "g", "arguments": {}}])",
                   R"(f{"a": 1} g{})", "mistral"},
        FormatCase{"closed", R"([TOOL_CALLS][{"name":"f","arguments":{}}][/TOOL_CALLS])", "f{}", "mistral"},
        FormatCase{"inline_name", R"([TOOL_CALLS]f{"a": 1})", R"(f{"a": 1})", "mistral"},
        FormatCase{"inline_two", R"(ok[TOOL_CALLS]f{"a": [1]}[TOOL_CALLS]g{})", R"(C'ok' f{"a": [1]} g{})",
                   "mistral"},
        FormatCase{"inline_args", R"([TOOL_CALLS]f[ARGS]{"a": 1})", R"(f{"a": 1})", "mistral"},
        FormatCase{"inline_id", R"([TOOL_CALLS]f[CALL_ID]abc123XYZ[ARGS]{"a": 1})", R"(f{"a": 1})",
                   "mistral"},
        FormatCase{"text", "[TOOL_CALLS]well, no", "C'[TOOL_CALLS]well, no'", "mistral"},
        FormatCase{"no_arguments", "[TOOL_CALLS]f[1]", "C'[TOOL_CALLS]f[1]'", "mistral"},
        FormatCase{"brackets", "a [list] of [TOOL]", "C'a [list] of [TOOL]'", "mistral"},
        FormatCase{"reasoning", R"([THINK]hm[/THINK]Yes.[TOOL_CALLS]f{})", "R'hm' C'Yes.' f{}", "mistral",
                   "mistral"}),
    row_name);

std::string first_id(const FormatCase& row) {
  auto parser = Parser::make(options_of(row)).value();
  return read_pieces(parser, {row.text}).at(0).id;
}

TEST(CallIds, HaveTheShapeOfTheFormatOrAreTheModels) {
  EXPECT_EQ(first_id({.text = R"(<tool_call>{"name":"f"}</tool_call>)", .tool = "hermes"}),
            "call_0123456789ABCDEFGHIJKLMN");
  EXPECT_EQ(first_id({.text = "[TOOL_CALLS]f{}", .tool = "mistral"}), "012345678");
  EXPECT_EQ(first_id({.text = "[TOOL_CALLS]f[CALL_ID]abc123XYZ[ARGS]{}", .tool = "mistral"}), "abc123XYZ");
  EXPECT_EQ(
      first_id({.text = R"([TOOL_CALLS][{"id":"abc123XYZ","name":"f","arguments":{}}])", .tool = "mistral"}),
      "abc123XYZ");
}

}  // namespace
}  // namespace dynamo::parsers::test
