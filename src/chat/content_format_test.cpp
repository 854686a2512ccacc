#include "chat/content_format.h"

#include <gtest/gtest.h>

#include "jinja/template.h"

namespace dynamo::chat {
namespace {

struct FormatCase {
  std::string_view name;
  ContentFormat format;
  std::string_view source;
};

class ContentFormatTest : public ::testing::TestWithParam<FormatCase> {};

TEST_P(ContentFormatTest, IsWhatTheLoopsSay) {
  const auto parsed = jinja::Template::parse(GetParam().source);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(content_format(parsed->program()), GetParam().format);
}

constexpr auto kText = ContentFormat::text;
constexpr auto kParts = ContentFormat::parts;

INSTANTIATE_TEST_SUITE_P(
    Templates, ContentFormatTest,
    ::testing::Values(
        FormatCase{"nothing", kText, ""},
        FormatCase{"printed", kText, "{% for m in messages %}{{ m.content }}{% endfor %}"},
        FormatCase{"other_member", kText,
                   "{% for m in messages %}{% for c in m.tool_calls %}{% endfor %}{% endfor %}"},
        FormatCase{"attribute", kParts,
                   "{% for m in messages %}{% for c in m.content %}{% endfor %}{% endfor %}"},
        FormatCase{"item", kParts,
                   "{% for m in messages %}{% for c in m['content'] %}{% endfor %}{% endfor %}"},
        FormatCase{
            "filtered", kParts,
            "{% for m in messages %}{% for c in m.content | reverse | list %}{% endfor %}{% endfor %}"},
        FormatCase{"rest_of_messages", kParts,
                   "{% set rest = messages[1:] %}{% for m in rest %}{% for c in m.content %}{% endfor %}"
                   "{% endfor %}"},
        FormatCase{"twice_removed", kParts,
                   "{% set a = messages | list %}{% set b = a %}{% for m in b %}{% if m %}"
                   "{% for c in m.content[1:] %}{% endfor %}{% endif %}{% endfor %}"},
        FormatCase{"plain_name", kParts,
                   "{% for m in messages %}{% set content = m.content %}{% for c in content %}{% endfor %}"
                   "{% endfor %}"},
        FormatCase{"plain_name_in_macro", kText,
                   "{% macro show(content) %}{% for c in content %}{% endfor %}{% endmacro %}"
                   "{% for m in messages %}{{ show(m.name) }}{% endfor %}"},
        FormatCase{"given_to_macro", kParts,
                   "{% macro show(what) %}{% for c in what %}{% endfor %}{% endmacro %}"
                   "{% for m in messages %}{{ show(m.content) }}{% endfor %}"},
        FormatCase{"given_to_macro_by_name", kParts,
                   "{% macro show(a, what) %}{% for c in what %}{% endfor %}{% endmacro %}"
                   "{% for m in messages %}{{ show(1, what=m['content']) }}{% endfor %}"},
        FormatCase{"other_macro", kText,
                   "{% macro show(what) %}{% for c in what %}{% endfor %}{% endmacro %}"
                   "{% macro print(what) %}{{ what }}{% endmacro %}"
                   "{% for m in messages %}{{ print(m.content) }}{% endfor %}"},
        FormatCase{"other_list", kText,
                   "{% for m in tools %}{% for c in m.content %}{% endfor %}{% endfor %}"},
        FormatCase{"inside_blocks", kParts,
                   "{% for m in messages %}{% generation %}{% filter upper %}{% with a = 1 %}{% set x %}"
                   "{% for c in m.content %}{% endfor %}{% endset %}{% endwith %}{% endfilter %}"
                   "{% endgeneration %}{% endfor %}"}),
    [](const auto& row) { return std::string(row.param.name); });

/// Takes hours where each name is looked for in all the assignments.
TEST(ContentFormat, FollowsManyNames) {
  std::string source;
  for (int i = 20'000; i > 0; --i) source += fmt::format("{{% set m{} = m{} %}}", i, i - 1);
  source += "{% set m0 = messages %}{% for m in m20000 %}{% for c in m.content %}{% endfor %}{% endfor %}";
  EXPECT_EQ(content_format(jinja::Template::parse(source).value().program()), kParts);
}

}  // namespace
}  // namespace dynamo::chat
