#include "parsers/python_literal.h"
#include "parsers/test_support.h"

namespace dynamo::parsers::test {
namespace {

class PythonicCallsTest : public ::testing::TestWithParam<FormatCase> {};
TEST_P(PythonicCallsTest, IsToldInAnyPieces) { expect_told(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Pythonic, PythonicCallsTest,
    ::testing::Values(
        FormatCase{"one", "[f(a=1)]", R"(f{"a": 1})", "pythonic"},
        FormatCase{"two", "[f(a='x', b=\"y\"), g()]", R"(f{"a": "x", "b": "y"} g{})", "pythonic"},
        FormatCase{"text_around", "Sure: [f(a=1)] Done.", R"(C'Sure: ' f{"a": 1} C'Done.')", "pythonic"},
        FormatCase{"lines", "[\n  f(\n    a=1,\n  ),\n  g(b = 2)\n]\n", R"(f{"a": 1} g{"b": 2})", "pythonic"},
        FormatCase{"wrapped", "<|python_start|>[f(a=1)]<|python_end|>", R"(f{"a": 1})", "pythonic"},
        FormatCase{"dotted", "[math.sqrt(x=2)]", R"(math.sqrt{"x": 2})", "pythonic"},
        FormatCase{"nested", "[f(a={'k': [1, (2, 3)], 'e': {}}, b=[])]",
                   R"(f{"a": {"k": [1, [2, 3]], "e": {}}, "b": []})", "pythonic"},
        FormatCase{"brackets_in_strings", R"([f(a=')]', b="\"](", c='''it's ''')])",
                   R"(f{"a": ")]", "b": "\"](", "c": "it's "})", "pythonic"},
        FormatCase{"empty_string", "[f(a='', b=\"\")]", R"(f{"a": "", "b": ""})", "pythonic"},
        FormatCase{"constants", "[f(a=True, b=False, c=None, d=-1.5)]",
                   R"(f{"a": true, "b": false, "c": null, "d": -1.5})", "pythonic"},
        FormatCase{"unicode", "[f(a='Zürich 🎉')]", R"(f{"a": "Zürich 🎉"})", "pythonic"},
        FormatCase{"prose", "See [1], [this](there), [f(x)] and [a == b].",
                   "C'See [1], [this](there), [f(x)] and [a == b].'", "pythonic"},
        FormatCase{"list_breaks", "[f(a=1) and so on]", "C'[f(a=1) and so on]'", "pythonic"},
        FormatCase{"variable", "[f(a=b)]", "C'[f(a=b)]'", "pythonic"},
        FormatCase{"sum", "[f(a=1+2)]", "C'[f(a=1+2)]'", "pythonic"},
        FormatCase{"comparison", "[f(a==1)]", "C'[f(a==1)]'", "pythonic"},
        FormatCase{"positional", "[f(1)]", "C'[f(1)]'", "pythonic"},
        FormatCase{"unknown_tool", "[f(a=1), g()]", "C'[f(a=1), g()]'", "pythonic", "", R"([{"name":"f"}])"},
        FormatCase{"cut", "[f(a='x", "C'[f(a='x'", "pythonic"},
        FormatCase{"wrapper_alone", "<|python_start|>print(1)", "C'<|python_start|>print(1)'", "pythonic"},
        FormatCase{"two_lists", "[f()]\n[g()]", "f{} g{}", "pythonic"}),
    row_name);

struct LiteralCase {
  std::string_view name;
  std::string_view python;
  std::optional<std::string> json;
};
class PythonLiteralTest : public ::testing::TestWithParam<LiteralCase> {};
TEST_P(PythonLiteralTest, BecomesJson) {
  EXPECT_EQ(python_literal_to_json(GetParam().python), GetParam().json);
}

INSTANTIATE_TEST_SUITE_P(
    Literals, PythonLiteralTest,
    ::testing::Values(
        LiteralCase{"integer", "42", "42"}, LiteralCase{"negative", "-42", "-42"},
        LiteralCase{"plus", "+1", "1"}, LiteralCase{"underscores", "1_000", "1000"},
        LiteralCase{"hex", "0xFF", "255"}, LiteralCase{"octal", "0o17", "15"},
        LiteralCase{"binary", "0b101", "5"}, LiteralCase{"leading_zero", "017", std::nullopt},
        LiteralCase{"point_first", ".5", "0.5"}, LiteralCase{"point_last", "5.", "5.0"},
        LiteralCase{"point_exponent", "5.e-3", "5.0e-3"}, LiteralCase{"exponent", "1e+5", "1e+5"},
        LiteralCase{"complex", "1j", std::nullopt}, LiteralCase{"minus_alone", "-", std::nullopt},
        LiteralCase{"long_integer", "123456789012345678901", "123456789012345678901"},
        LiteralCase{"text", "'a\"b'", R"("a\"b")"}, LiteralCase{"joined", "'a' \"b\"", R"("ab")"},
        LiteralCase{"raw", R"(r'\n\'')", R"("\\n\\'")"}, LiteralCase{"bytes", "b'a'", std::nullopt},
        LiteralCase{"format", "f'{a}'", std::nullopt},
        LiteralCase{"escapes", R"('\t\x41\u00e9\101\q')", R"("\tAéA\\q")"},
        LiteralCase{"surrogates", R"('\ud83d\ude00\ud83d')", "\"😀\xEF\xBF\xBD\""},
        LiteralCase{"beyond", R"('\U00110000')", std::nullopt},
        LiteralCase{"three_quotes", "'''a'b\n'''", R"("a'b\n")"},
        LiteralCase{"open_string", "'a", std::nullopt}, LiteralCase{"tuple", "(1, 2)", "[1, 2]"},
        LiteralCase{"tuple_of_one", "(1,)", "[1]"}, LiteralCase{"grouping", "(1)", "1"},
        LiteralCase{"number_keys", "{1: 'a', True: 2}", R"({"1": "a", "true": 2})"},
        LiteralCase{"set", "{1, 2}", std::nullopt}, LiteralCase{"trailing_comma", "[1, 2,]", "[1, 2]"},
        LiteralCase{"two_commas", "[1,,2]", std::nullopt}, LiteralCase{"name", "abc", std::nullopt},
        LiteralCase{"too_deep",
                    std::string_view("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
                                     "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"),
                    std::nullopt},
        LiteralCase{"rest", "1 2", std::nullopt}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace dynamo::parsers::test
