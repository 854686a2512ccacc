#include "openai/json_text.h"

#include <gtest/gtest.h>
#include <random>

#include "base/json.h"

namespace dynamo::openai {
namespace {

struct EscapeCase {
  std::string_view name;
  std::string_view text;
  std::string_view want;
};

class JsonStringTest : public ::testing::TestWithParam<EscapeCase> {};

TEST_P(JsonStringTest, EscapesExactly) { EXPECT_EQ(json_string(GetParam().text), GetParam().want); }

using namespace std::string_view_literals;

INSTANTIATE_TEST_SUITE_P(
    Texts, JsonStringTest,
    ::testing::Values(EscapeCase{"empty", "", R"("")"},
                      EscapeCase{"plain", "hello world", R"("hello world")"},
                      EscapeCase{"quotes", R"(a"b\c)", R"("a\"b\\c")"},
                      EscapeCase{"controls", "\n\r\t\b\f\x01\x7f"sv, "\"\\n\\r\\t\\b\\f\\u0001\x7f\""},
                      EscapeCase{"nul", "a\0b"sv, R"("a\u0000b")"},
                      EscapeCase{"valid_utf8", "\xC3\xA9\xE4\xB8\x96\xF0\x9F\x98\x80",
                                 "\"\xC3\xA9\xE4\xB8\x96\xF0\x9F\x98\x80\""},
                      EscapeCase{"lone_continuation", "a\x80z", "\"a\xEF\xBF\xBDz\""},
                      EscapeCase{"cut_sequence", "\xE4\xB8", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
                      EscapeCase{"overlong", "\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
                      EscapeCase{"surrogate", "\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
                      EscapeCase{"beyond_unicode", "\xF4\x90\x80\x80!",
                                 "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD!\""}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(JsonString, AnyBytesGiveValidJson) {
  std::mt19937 random(7);
  std::uniform_int_distribution<int> byte(0, 255);
  for (int round = 0; round < 2000; ++round) {
    std::string text(static_cast<std::size_t>(round % 23), '\0');
    for (char& c : text) c = static_cast<char>(byte(random));
    const auto parsed = json::parse(json_string(text));
    ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
    ASSERT_TRUE(parsed->is_string());
  }
}

TEST(JsonString, ValidTextSurvivesTheRoundTrip) {
  const std::string text = "tab\t \"quoted\" \xE4\xB8\x96 \\ end";
  const auto parsed = json::parse(json_string(text));
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(std::string(parsed->as_string()), text);
}

}  // namespace
}  // namespace dynamo::openai
