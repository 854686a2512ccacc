#include "jinja/template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

namespace dynamo::jinja {
namespace {

using ::testing::HasSubstr;

Result<std::string> render(std::string_view source, const json::object& variables = {},
                           const Options& options = {}) {
  const auto parsed = Template::parse(source);
  return parsed ? parsed->render(variables, options) : std::unexpected(parsed.error());
}

std::string rendered(std::string_view source, const json::object& variables = {}) {
  const auto text = render(source, variables);
  return text ? *text : "error: " + text.error().message;
}

struct TextCase {
  std::string_view name;
  std::string_view source;
  std::string_view text;
};
std::string case_name(const auto& row) { return std::string(row.param.name); }

/// What random cases seldom draw; each was looked up with jinja2.
class Renders : public ::testing::TestWithParam<TextCase> {};
TEST_P(Renders, AsJinjaDoes) { EXPECT_EQ(rendered(GetParam().source), GetParam().text); }
INSTANTIATE_TEST_SUITE_P(
    Template, Renders,
    ::testing::Values(
        TextCase{"last_newline_goes", "a\n\n", "a\n"},
        TextCase{"line_ends_become_newlines", "a\r\nb\rc", "a\nb\nc"},
        TextCase{"block_swallows_newline", "{% if true %}\nx\n{% endif %}\ny", "x\ny"},
        TextCase{"block_strips_line_start", "a\n   {% if true %}x{% endif %}", "a\nx"},
        TextCase{"plus_keeps_line_start", "a\n   {%+ if true %}x{% endif %}", "a\n   x"},
        TextCase{"comment_over_lines", "a{# {{ b }}\n #}\nc", "ac"},
        TextCase{"raw", "{% raw %}{{ x }}{% endraw %}", "{{ x }}"},
        TextCase{"minus_is_a_sign_of_space", "{{-1}}", "1"},
        TextCase{"power_is_left_associative", "{{ 2 ** 3 ** 2 }}", "64"},
        TextCase{"tilde_binds_before_plus", "{{ 'a' + 1 ~ 2 }}", "a12"},
        TextCase{"filter_before_minus", "{{ -1|abs }}", "1"},
        TextCase{"braces_in_braces", "{{ {'a': {'b': 1}} }}", "{'a': {'b': 1}}"},
        TextCase{"escapes", R"({{ '\x41\u00e9\101\q\\' }})", "AéA\\q\\"},
        TextCase{"generation_tag", "{% generation %}x{% set y = 1 %}{% endgeneration %}{{ y }}", "x"},
        TextCase{"loop_variable_stays_inside", "{% for x in [1, 2] %}{% endfor %}{{ x is defined }}",
                 "False"},
        TextCase{"set_in_loop_stays_inside",
                 "{% set a = 0 %}{% for x in [1] %}{% set a = 9 %}{{ a }}{% endfor %}{{ a }}", "90"},
        TextCase{"namespace_leaves_loop",
                 "{% set n = namespace(a=0) %}{% for x in [1] %}{% set n.a = 9 %}{% endfor %}{{ n.a }}", "9"},
        TextCase{"else_runs_after_break_at_once", "{% for x in [1] %}{% break %}{% else %}none{% endfor %}",
                 "none"},
        TextCase{"inner_set_hides_from_the_start",
                 "{% for x in [1] %}{{ range }}{% endfor %}{% set range = 1 %}", ""},
        TextCase{"method_before_key", "{{ {'items': 1}.items is callable }}{{ {'items': 1}['items'] }}",
                 "True1"},
        TextCase{"caller_is_bound_where_written",
                 "{% macro m() %}{{ caller('in') }}{% endmacro %}{% call(v) m() %}[{{ v }}]{% endcall %}",
                 "[in]"},
        TextCase{"generators_are_true", "{{ 'yes' if []|map('upper') }}", "yes"},
        TextCase{"generators_are_read_once", "{% set g = [1]|map('string') %}{{ g|list }}{{ g|list }}",
                 "['1'][]"},
        TextCase{"groups_have_names",
                 "{% for g in [{'k': 1}, {'k': 1}]|groupby('k') %}{{ g.grouper }}{{ g.list|length }}{{ g "
                 "}}{% endfor %}",
                 "12(1, [{'k': 1}, {'k': 1}])"},
        TextCase{"cycler_and_joiner",
                 "{% set c = cycler('a', 'b') %}{% set j = joiner('-') %}{% for x in [1, 2, 3] %}{{ j() }}{{ "
                 "c.next() }}{% endfor %}",
                 "a-b-a"},
        TextCase{"surrogate_pairs_in_ascii", "{{ '😀'|tojson(ensure_ascii=true) }}{{ '😀'|tojson }}",
                 "\"\\ud83d\\ude00\"\"😀\""},
        TextCase{"final_sigma", "{{ 'ΑΣ ΑΣΑ'.lower() }}{{ 'ß'|upper }}", "ας ασαSS"},
        TextCase{"unknown_filter_unused", "{% if false %}{{ 1|nope }}{% endif %}ok", "ok"}),
    [](const auto& row) { return case_name(row); });

struct ErrorCase {
  std::string_view name;
  std::string_view source;
  Errc code;
  std::string_view message;
};

class Refuses : public ::testing::TestWithParam<ErrorCase> {};
TEST_P(Refuses, WithLineAndCause) {
  const auto text = render(GetParam().source);
  ASSERT_FALSE(text) << *text;
  EXPECT_EQ(text.error().code, GetParam().code);
  EXPECT_THAT(text.error().message, HasSubstr(GetParam().message));
  EXPECT_EQ(raised_message(text.error()), std::nullopt);
}
INSTANTIATE_TEST_SUITE_P(
    Template, Refuses,
    ::testing::Values(
        ErrorCase{"unknown_tag", "a\n{% nope %}", Errc::invalid,
                  "template line 2: Encountered unknown tag 'nope'."},
        ErrorCase{"open_block", "{% if x %}", Errc::invalid,
                  "The innermost block that needs to be closed is 'if'."},
        ErrorCase{"unclosed_comment", "\n\n{# x", Errc::invalid,
                  "template line 3: Missing end of comment tag"},
        ErrorCase{"wrong_bracket", "{{ (1] }}", Errc::invalid, "unexpected ']', expected ')'"},
        ErrorCase{"unknown_filter", "{{ 1|nope }}", Errc::invalid, "No filter named 'nope'."},
        ErrorCase{"unknown_test", "{{ 1 is nope }}", Errc::invalid, "No test named 'nope'."},
        ErrorCase{"undefined_variable", "\n{{ a.b }}", Errc::invalid, "template line 2: 'a' is undefined"},
        ErrorCase{"undefined_attribute", "{{ {}.x.y }}", Errc::invalid, "'dict object' has no attribute 'x'"},
        ErrorCase{"text_and_number", "{{ 'a' + 1 }}", Errc::invalid,
                  "can only concatenate str (not \"int\") to str"},
        ErrorCase{"changing_a_list", "{{ [1].append(2) }}", Errc::invalid,
                  "access to attribute 'append' of 'list' object is unsafe."},
        ErrorCase{"python_inside", "{{ ''.__class__.mro() }}", Errc::invalid, "is unsafe"},
        ErrorCase{"break_outside", "{% break %}", Errc::invalid, "'break' outside loop"},
        ErrorCase{"include", "{% include 'x' %}", Errc::unsupported,
                  "the tag 'include' is not supported: a chat template stands alone"},
        ErrorCase{"extends", "{% extends 'x' %}", Errc::unsupported, "the tag 'extends' is not supported"},
        ErrorCase{"import", "{% from 'x' import y %}", Errc::unsupported, "the tag 'from' is not supported"},
        ErrorCase{"block", "{% block x %}{% endblock %}", Errc::unsupported,
                  "the tag 'block' is not supported: no other template can extend"},
        ErrorCase{"parameter_twice", "{% macro m(a, a) %}{% endmacro %}", Errc::invalid,
                  "duplicate argument 'a'"},
        ErrorCase{"range_beyond_integers", "{{ range(0, 9, 3)[::4611686018427387904] }}", Errc::unsupported,
                  "integers beyond 64 bits"},
        ErrorCase{"large_integer", "{{ 2 ** 63 }}", Errc::unsupported, "integers beyond 64 bits"},
        ErrorCase{"generator_in_print", "{{ [1]|map('string') }}", Errc::unsupported, "cannot be printed"},
        ErrorCase{"lone_surrogate", R"({{ '\ud800' }})", Errc::invalid, "lone surrogate"},
        ErrorCase{"not_utf8", "\xff", Errc::invalid, "not UTF-8"}),
    [](const auto& row) { return case_name(row); });

/// Templates that would take the machine down, were there no limits.
class Bounds : public ::testing::TestWithParam<TextCase> {};
TEST_P(Bounds, EndTheRendering) {
  const Options options{.limits = {.steps = 2'000'000, .output_bytes = 1U << 20U, .memory_bytes = 8U << 20U}};
  const auto text = render(GetParam().source, {}, options);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, Errc::too_large) << text.error().message;
}
INSTANTIATE_TEST_SUITE_P(
    Template, Bounds,
    ::testing::Values(
        TextCase{"long_text", "{{ 'a' * 10**9 }}", ""}, TextCase{"long_list", "{{ [1] * 10**9 }}", ""},
        TextCase{
            "doubling",
            "{% set n = namespace(s='ab') %}{% for i in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}",
            ""},
        TextCase{"replacing", "{{ ('a' * 5000).replace('a', 'b' * 5000) }}", ""},
        TextCase{"wide_field", "{{ '%999999999d' % 1 }}", ""},
        TextCase{"wide_center", "{{ 'a'.center(10**9) }}", ""},
        TextCase{"loops_in_loops",
                 "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}", ""},
        TextCase{"much_output", "{% for a in range(9999) %}{{ 'x' * 999 }}{% endfor %}", ""},
        TextCase{"endless_macro", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", ""},
        TextCase{"endless_loop_call", "{% for a in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}", ""},
        TextCase{"deep_list",
                 "{% set n = namespace(x=[]) %}{% for i in range(9999) %}{% set n.x = [n.x] %}{% endfor %}{{ "
                 "n.x }}",
                 ""},
        TextCase{"self_containing", "{% set n = namespace() %}{% set n.n = n %}{{ n }}", ""},
        TextCase{"comparing",
                 "{% set a = 'x' * 99999 %}{% set b = 'x' * 99999 %}{% for i in range(9999) %}{% if a == b "
                 "or a < b "
                 "%}{% endif %}{% endfor %}",
                 ""},
        TextCase{
            "stripping",
            "{% set a = ' ' * 99999 %}{% for i in range(9999) %}{% if a.strip() %}{% endif %}{% endfor %}",
            ""},
        TextCase{"wide_json",
                 "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = [n.x] %}{% endfor %}"
                 "{{ n.x|tojson(indent=99999) }}",
                 ""},
        TextCase{"digits", "{% for i in range(9999) %}{% set x = '%.999999f' % 0.1 %}{% endfor %}", ""}),
    [](const auto& row) { return case_name(row); });

TEST(Bounds, HoldWhenParsing) {
  const auto code = [](const std::string& source) { return Template::parse(source).error().code; };
  EXPECT_EQ(code("{{ " + std::string(5000, '(') + "1" + std::string(5000, ')') + " }}"), Errc::too_large);
  EXPECT_EQ(code("{{ " + std::string(5000, '-') + "1 }}"), Errc::too_large);
  std::string sum = "{{ 1";
  for (int i = 0; i < 5000; ++i) sum += " + 1";
  EXPECT_EQ(code(sum + " }}"), Errc::too_large);
  std::string blocks;
  for (int i = 0; i < 500; ++i) blocks += "{% if 1 %}";
  EXPECT_EQ(code(blocks), Errc::too_large);
  EXPECT_EQ(code(std::string((1U << 20U) + 1, 'a')), Errc::too_large);
  std::string call = "{{ f(";
  for (int i = 0; i < 5000; ++i) call += fmt::format("a{}=1, ", i);
  EXPECT_EQ(code(call + ") }}"), Errc::too_large);
}

/// The variables of a scope are looked up whenever it is entered, whether they are used or not.
TEST(Bounds, CountVariablesThatAreNotUsed) {
  std::string source = "{% for i in range(9999) %}{% if false %}";
  for (int i = 0; i < 1000; ++i) source += fmt::format("{{{{ v{} }}}}", i);
  const Options options{.limits = {.steps = 2'000'000}};
  EXPECT_EQ(render(source + "{% endif %}{% endfor %}", {}, options).error().code, Errc::too_large);
}

TEST(Bounds, AllowTextToGrowPieceByPiece) {
  const Options options{.limits = {.memory_bytes = 4U << 20U}};
  const auto text = render(
      "{% set n = namespace(s='') %}{% for i in range(20000) %}{% set n.s = n.s + 'twenty characters...' "
      "%}{% endfor %}"
      "{{ n.s|length }}",
      {}, options);
  EXPECT_EQ(text.value_or("too much memory"), "400000");
}

TEST(Template, TellsWhatItRaised) {
  const auto text = render("a\n{{ raise_exception('roles must ' ~ 'alternate') }}");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().message, "template line 2: roles must alternate");
  EXPECT_EQ(raised_message(text.error()), "roles must alternate");
}

/// As with transformers, the rest of the expression is not yet there when the block is reached.
TEST(Template, TellsWhatGenerationBlocksWroteInAnExpression) {
  const auto parsed = Template::parse(
      "0123{% macro m() %}{% generation %}xy{% endgeneration %}{% endmacro %}{{ 'ab' + m() }}{{ 'c' ~ m() "
      "}}");
  const auto rendering = parsed.value().render_with_spans({});
  EXPECT_EQ(rendering.value().text, "0123abxycxy");
  EXPECT_EQ(rendering.value().generated, (std::vector<Span>{{4, 6}, {8, 10}}));
}

TEST(Template, PrintsTheTimeItIsGiven) {
  const auto now = parse_rfc3339("2026-02-03T23:05:06.000007Z").value();
  const Options options{.now = now, .utc_offset = std::chrono::minutes(60)};
  const auto text = render("{{ strftime_now('%d %b %Y %H:%M:%S.%f %j %A%z%Z %%') }}", {}, options);
  EXPECT_EQ(text.value_or("error"), "04 Feb 2026 00:05:06.000007 035 Wednesday %");
}

TEST(Template, PrefersVariablesToGlobals) { EXPECT_EQ(rendered("{{ range }}", {{"range", 1}}), "1"); }

TEST(Template, ShowsIntegersOfAllBits) {
  const json::object variables{{"n", std::uint64_t{1} << 63U}};
  EXPECT_EQ(
      rendered("{{ n }} {{ n|tojson }} {{ [n] }} {{ n == 1 }} {{ n > 9 }} {{ n is integer }}", variables),
      "9223372036854775808 9223372036854775808 [9223372036854775808] False True True");
  EXPECT_EQ(render("{{ n + 1 }}", variables).error().code, Errc::unsupported);
}

TEST(Template, RendersInManyThreads) {
  const auto parsed = Template::parse("{% for i in range(200) %}{{ i ~ name }}{% endfor %}").value();
  const json::object variables{{"name", "x"}};
  const auto want = parsed.render(variables).value();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { EXPECT_EQ(parsed.render(variables).value(), want); });
  }
}

}  // namespace
}  // namespace dynamo::jinja
