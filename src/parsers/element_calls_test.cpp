#include "parsers/test_support.h"

/// What only some formats of elements have; tools and values that all have are in every_format_test.cpp.
namespace dynamo::parsers::test {
namespace {

class ElementCallsTest : public ::testing::TestWithParam<FormatCase> {};
TEST_P(ElementCallsTest, IsToldInAnyPieces) { expect_told(GetParam()); }

constexpr std::string_view kTools =
    R"([{"name":"f","parameters":{"properties":{"s":{"type":"string"},"n":{"type":"integer"}}}},{"name":"g"}])";

INSTANTIATE_TEST_SUITE_P(
    Glm, ElementCallsTest,
    ::testing::Values(
        FormatCase{"one_line", "<tool_call>f<arg_key>n</arg_key><arg_value>5</arg_value></tool_call>",
                   R"(f{"n": 5})", "glm47", "", kTools},
        FormatCase{
            "lines",
            "Ok.\n<tool_call>f\n<arg_key>s</arg_key>\n<arg_value>5</arg_value>\n</tool_call>\n<tool_call>g\n"
            "</tool_call>\nDone",
            "C'Ok.\n' f{\"s\": \"5\"} g{} C'Done'", "glm47", "", kTools},
        FormatCase{"value_as_written",
                   "<tool_call>f<arg_key>s</arg_key><arg_value>\n &lt;a&gt; <b>\n</arg_value></tool_call>",
                   R"(f{"s": "\n &lt;a&gt; <b>\n"})", "glm47", "", kTools},
        FormatCase{"no_schema", "<tool_call>g<arg_key>x</arg_key><arg_value>5</arg_value></tool_call>",
                   R"(g{"x": "5"})", "glm47", "", kTools},
        FormatCase{"no_value", "<tool_call>f<arg_key>n</arg_key></tool_call>",
                   "C'<tool_call>f<arg_key>n</arg_key></tool_call>'", "glm47", "", kTools},
        FormatCase{"no_key", "<tool_call>f<arg_key> </arg_key><arg_value>1</arg_value></tool_call>",
                   "C'<tool_call>f<arg_key> </arg_key><arg_value>1</arg_value></tool_call>'", "glm47"},
        FormatCase{"text_in_call", "<tool_call>f<arg_key>n</arg_key>=<arg_value>1</arg_value></tool_call>",
                   "C'<tool_call>f<arg_key>n</arg_key>=<arg_value>1</arg_value></tool_call>'", "glm47"},
        FormatCase{"no_name", "<tool_call></tool_call>", "C'<tool_call></tool_call>'", "glm47"},
        FormatCase{"prose", "<tool_call>I mean this</tool_call>", "C'<tool_call>I mean this</tool_call>'",
                   "glm47"},
        FormatCase{"not_closed", "<tool_call>f<arg_key>n</arg_key><arg_value>5</arg_value>",
                   "C'<tool_call>f<arg_key>n</arg_key><arg_value>5</arg_value>'", "glm47"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    Gemma, ElementCallsTest,
    ::testing::Values(
        FormatCase{"one", R"(<|tool_call>call:f{s:<|"|>Bern<|"|>,n:5}<tool_call|>)",
                   R"(f{"s": "Bern", "n": 5})", "gemma4"},
        FormatCase{"two", "Ok <|tool_call>call:f{}<tool_call|><|tool_call>call:g{}<tool_call|> so",
                   "C'Ok ' f{} g{} C'so'", "gemma4"},
        FormatCase{"values", R"(<|tool_call>call:f{a:[1,-2.5,true,null,{b:<|"|>}]<|"|>}],c:{}}<tool_call|>)",
                   R"(f{"a": [1, -2.5, true, null, {"b": "}]"}], "c": {}})", "gemma4"},
        FormatCase{"markers_in_strings",
                   R"(<|tool_call>call:f{a:<|"|><tool_call|><|tool_call><|"|>}<tool_call|>x)",
                   R"(f{"a": "<tool_call|><|tool_call>"} C'x')", "gemma4"},
        FormatCase{"bare_words", R"(<|tool_call>call:f{a:big city,b:,c:1.5.2,d:None}<tool_call|>)",
                   R"(f{"a": "big city", "b": "", "c": "1.5.2", "d": null})", "gemma4"},
        FormatCase{"white", "<|tool_call> call:f {\n a : 1 ,\n <|\"|>b c<|\"|> : [ 2 , ] }\n<tool_call|>",
                   R"(f{"a": 1, "b c": [2]})", "gemma4"},
        FormatCase{"string_not_closed", R"(<|tool_call>call:f{a:<|"|>x}<tool_call|>)",
                   R"(C'<|tool_call>call:f{a:<|"|>x}<tool_call|>')", "gemma4"},
        FormatCase{"brace_missing", "<|tool_call>call:f{a:1<tool_call|>",
                   "C'<|tool_call>call:f{a:1<tool_call|>'", "gemma4"},
        FormatCase{"more_behind", "<|tool_call>call:f{}}<tool_call|>", "C'<|tool_call>call:f{}}<tool_call|>'",
                   "gemma4"},
        FormatCase{"no_prefix", "<|tool_call>f{}<tool_call|>", "C'<|tool_call>f{}<tool_call|>'", "gemma4"},
        FormatCase{"no_arguments", "<|tool_call>call:f<tool_call|>", "C'<|tool_call>call:f<tool_call|>'",
                   "gemma4"}),
    row_name);

TEST(GemmaCalls, NestUpTo64) {
  for (const auto& [depth, is_call] : {std::pair{63, true}, {64, false}}) {
    const std::string text = "<|tool_call>call:f{a:" + std::string(static_cast<std::size_t>(depth), '[') +
                             std::string(static_cast<std::size_t>(depth), ']') + "}<tool_call|>";
    EXPECT_EQ(told({.tool = "gemma4"}, {text}).starts_with("f{"), is_call) << depth;
  }
}

INSTANTIATE_TEST_SUITE_P(
    FunctionsThatAreNotClosed, ElementCallsTest,
    ::testing::Values(
        FormatCase{"by_the_wrapper", "<tool_call><function=f><parameter=n>5</parameter>\n</tool_call>so",
                   R"(f{"n": 5} C'so')", "qwen3_coder", "", kTools},
        FormatCase{"and_another",
                   "<tool_call>\n<function=f>\n<parameter=n>\n5\n</parameter>\n</tool_call>\n<tool_call>\n"
                   "<function=g>\n</function>\n</tool_call>",
                   R"(f{"n": 5} g{})", "qwen3_coder", "", kTools},
        FormatCase{"wrapper_in_a_value", "<function=f><parameter=s>a </tool_call> b</parameter></function>",
                   R"(f{"s": "a </tool_call> b"})", "qwen3_coder", "", kTools},
        FormatCase{"head_without_end", "<function=f><parameter=a\n1</parameter></function>",
                   "C'<function=f><parameter=a\n1</parameter></function>'", "qwen3_coder"},
        FormatCase{"dsml",
                   "<｜DSML｜tool_calls><｜DSML｜invoke name=\"f\"><｜DSML｜parameter name=\"n\" "
                   "string=\"false\">5</｜DSML｜parameter></｜DSML｜tool_calls>",
                   R"(f{"n": 5})", "deepseek_v4"}),
    row_name);

TEST(ElementCalls, LooksForTheirEndsInLinearTime) {
  std::string text = "<function=f>" + std::string(500'000, ' ');
  while (text.size() < 1'000'000) text += "</tool_call>";
  auto parser = Parser::make(options_of({.tool = "qwen3_coder"})).value();
  EXPECT_EQ(message_of(read_pieces(parser, {text})).at("content").get_string(), text);
}

}  // namespace
}  // namespace dynamo::parsers::test
