#include "parsers/test_support.h"
#include "parsers/typed_value.h"

namespace dynamo::parsers::test {
namespace {

class XmlCallsTest : public ::testing::TestWithParam<FormatCase> {};
TEST_P(XmlCallsTest, IsToldInAnyPieces) { expect_told(GetParam()); }

constexpr std::string_view kTools =
    R"([{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{
         "text":{"type":"string"},"n":{"type":"integer"},"on":{"type":"boolean"},"o":{"type":"object"}}}}}])";

INSTANTIATE_TEST_SUITE_P(
    Qwen3Coder, XmlCallsTest,
    ::testing::Values(
        FormatCase{"one",
                   "Ok.\n<tool_call>\n<function=f>\n<parameter=text>\nhi\n</parameter>\n<parameter=n>\n5\n</"
                   "parameter>\n"
                   "</function>\n</tool_call>",
                   R"(C'Ok.
' f{"text": "hi", "n": 5})",
                   "qwen3_coder", "", kTools},
        FormatCase{"alias", "<tool_call><function=f></function></tool_call>", "f{}", "nemotron_nano"},
        FormatCase{"without_tools",
                   "<tool_call><function=f><parameter=n>5</parameter></function></tool_call>",
                   R"(f{"n": "5"})", "qwen3_coder"},
        FormatCase{"two_functions",
                   "<tool_call><function=f></function>\n<function=g></function></tool_call>after",
                   "f{} g{} C'after'", "qwen3_coder"},
        FormatCase{"two_wrappers",
                   "<tool_call>\n<function=f>\n</function>\n</tool_call>\n<tool_call>\n<function=f>\n</"
                   "function>\n</tool_call>",
                   "f{} f{}", "qwen3_coder"},
        FormatCase{"no_wrapper", "<function=f><parameter=on>True</parameter></function> so",
                   R"(f{"on": true} C'so')", "qwen3_coder", "", kTools},
        FormatCase{"value_as_written",
                   "<function=f><parameter=text>\n  <b a=\"1\">&lt;</b>\n\n</parameter></function>",
                   R"(f{"text": "  <b a=\"1\">&lt;</b>\n"})", "qwen3_coder", "", kTools},
        FormatCase{"unclosed_value", "<function=f><parameter=n>1<parameter=text>a</function>",
                   R"(f{"n": 1, "text": "a"})", "qwen3_coder", "", kTools},
        FormatCase{"twice_the_same",
                   "<function=f><parameter=n>1</parameter><parameter=n>2</parameter></function>",
                   R"(f{"n": 2})", "qwen3_coder", "", kTools},
        FormatCase{"python_object", "<function=f><parameter=o>{'a': [True, None]}</parameter></function>",
                   R"(f{"o": {"a": [true, null]}})", "qwen3_coder", "", kTools},
        FormatCase{"quoted_name", "<function=\"f\"></function>", "f{}", "qwen3_coder"},
        FormatCase{"unknown_tool", "<tool_call><function=h></function></tool_call>",
                   "C'<tool_call><function=h></function></tool_call>'", "qwen3_coder", "", kTools},
        FormatCase{"no_function", "<tool_call>\nno</tool_call>", "C'<tool_call>\nno</tool_call>'",
                   "qwen3_coder"},
        FormatCase{"text_between_parameters", "<function=f>x<parameter=n>1</parameter></function>",
                   "C'<function=f>x<parameter=n>1</parameter></function>'", "qwen3_coder"},
        FormatCase{"cut", "<tool_call>\n<function=f>\n<parameter=text>\nhal",
                   "C'<tool_call>\n<function=f>\n<parameter=text>\nhal'", "qwen3_coder", "", kTools},
        FormatCase{"cut_behind_function", "<tool_call><function=f></function></tool_c", "f{} C'</tool_c'",
                   "qwen3_coder"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    Others, XmlCallsTest,
    ::testing::Values(
        FormatCase{"minimax",
                   "<minimax:tool_call>\n<invoke name=\"f\">\n<parameter "
                   "name=\"n\">5</parameter>\n</invoke>\n</minimax:tool_call>",
                   R"(f{"n": 5})", "minimax_m2", "", kTools},
        FormatCase{"deepseek_v3_2",
                   "<｜DSML｜function_calls>\n<｜DSML｜invoke name=\"f\">\n"
                   "<｜DSML｜parameter name=\"a\" string=\"true\">5</｜DSML｜parameter>\n"
                   "<｜DSML｜parameter name=\"b\" string=\"false\">[1, 2]</｜DSML｜parameter>\n"
                   "</｜DSML｜invoke>\n</｜DSML｜function_calls>",
                   R"(f{"a": "5", "b": [1, 2]})", "deepseek_v3_2"},
        FormatCase{"deepseek_v4",
                   "<｜DSML｜tool_calls><｜DSML｜invoke name=\"f\"></｜DSML｜invoke></｜DSML｜tool_calls>",
                   "f{}", "deepseek-v4"}),
    row_name);

struct ValueCase {
  std::string_view name;
  std::string_view schema;
  std::string_view text;
  std::string_view value;
};
class TypedValueTest : public ::testing::TestWithParam<ValueCase> {};
TEST_P(TypedValueTest, HasTheTypeOfTheSchema) {
  const auto schema = json::parse(GetParam().schema).value();
  EXPECT_EQ(typed_value(GetParam().text, &schema), GetParam().value);
}

INSTANTIATE_TEST_SUITE_P(
    Values, TypedValueTest,
    ::testing::Values(ValueCase{"string", R"({"type":"string"})", "5", R"("5")"},
                      ValueCase{"string_null", R"({"type":"string"})", "null", R"("null")"},
                      ValueCase{"string_or_null", R"({"type":["string","null"]})", "null", "null"},
                      ValueCase{"string_keeps_white", R"({"type":"string"})", " a\n", R"(" a\n")"},
                      ValueCase{"integer", R"({"type":"integer"})", " 42 ", "42"},
                      ValueCase{"integer_as_float", R"({"type":"integer"})", "42.0", "42"},
                      ValueCase{"integer_not", R"({"type":"integer"})", "4.2", R"("4.2")"},
                      ValueCase{"integer_alias", R"({"type":"int"})", "-7", "-7"},
                      ValueCase{"integer_long", R"({"type":"integer"})", "123456789012345678901234567890",
                                "123456789012345678901234567890"},
                      ValueCase{"integer_none", R"({"type":"integer"})", "None", "null"},
                      ValueCase{"number", R"({"type":"number"})", "1.10", "1.10"},
                      ValueCase{"number_exponent", R"({"type":"number"})", "1e3", "1e3"},
                      ValueCase{"number_not", R"({"type":"number"})", "nan", R"("nan")"},
                      ValueCase{"boolean", R"({"type":"boolean"})", "True", "true"},
                      ValueCase{"boolean_not", R"({"type":"boolean"})", "yes", R"("yes")"},
                      ValueCase{"object", R"({"type":"object"})", R"({"a": [1]})", R"({"a": [1]})"},
                      ValueCase{"object_not", R"({"type":"object"})", "[1]", R"("[1]")"},
                      ValueCase{"array", R"({"type":"array"})", "[1, 'a']", R"([1, "a"])"},
                      ValueCase{"any_of", R"({"anyOf":[{"type":"integer"},{"type":"null"}]})", "3", "3"},
                      ValueCase{"one_of_text", R"({"oneOf":[{"type":"integer"},{"type":"string"}]})", "three",
                                R"("three")"},
                      ValueCase{"reference", R"({"$ref":"#/x"})", R"({"a":1})", R"({"a":1})"},
                      ValueCase{"no_type", R"({"description":"?"})", "1", R"("1")"},
                      ValueCase{"no_schema", "null", "1", R"("1")"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace dynamo::parsers::test
