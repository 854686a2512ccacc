#include "parsers/json_scanner.h"

#include <gtest/gtest.h>
#include <random>

#include "base/json.h"

namespace dynamo::parsers {
namespace {

struct ScanCase {
  std::string_view name;
  std::string_view text;
  std::optional<std::string> value;
};
class WholeJsonTest : public ::testing::TestWithParam<ScanCase> {};
TEST_P(WholeJsonTest, IsReadAsTheGrammarSays) { EXPECT_EQ(whole_json(GetParam().text), GetParam().value); }

INSTANTIATE_TEST_SUITE_P(
    Values, WholeJsonTest,
    ::testing::Values(ScanCase{"object", R"( {"a" : [1, {"b": null}]} )", R"({"a" : [1, {"b": null}]})"},
                      ScanCase{"empty_object", "{ }", "{ }"}, ScanCase{"empty_list", "[]", "[]"},
                      ScanCase{"true_", "true", "true"}, ScanCase{"cut_literal", "tru", std::nullopt},
                      ScanCase{"wrong_literal", "nul1", std::nullopt}, ScanCase{"zero", "0", "0"},
                      ScanCase{"leading_zero", "01", std::nullopt}, ScanCase{"fraction", "-0.50", "-0.50"},
                      ScanCase{"no_fraction", "1.", std::nullopt}, ScanCase{"exponent", "1E-7", "1E-7"},
                      ScanCase{"no_exponent", "1e+", std::nullopt}, ScanCase{"minus", "-", std::nullopt},
                      ScanCase{"plus", "+1", std::nullopt}, ScanCase{"trailing_comma", "[1,]", std::nullopt},
                      ScanCase{"trailing_comma_object", R"({"a":1,})", std::nullopt},
                      ScanCase{"no_colon", R"({"a" 1})", std::nullopt},
                      ScanCase{"number_key", "{1:2}", std::nullopt},
                      ScanCase{"wrong_close", "[1}", std::nullopt},
                      ScanCase{"escapes", R"("\"\\\/\b\f\n\r\t\u0041")", R"("\"\\\/\b\f\n\r\t\u0041")"},
                      ScanCase{"wrong_escape", R"("\d\x")", R"("\\d\\x")"},
                      ScanCase{"apostrophe", R"("it\'s")", R"("it's")"},
                      ScanCase{"backslash_before_control", "\"\\\n\"", R"("\\\n")"},
                      ScanCase{"wrong_hex", R"("\u00g0")", R"("\\u00g0")"},
                      ScanCase{"wrong_hex_then_escape", R"("C:\users\u0\n")", R"("C:\\users\\u0\n")"},
                      ScanCase{"surrogate_then_wrong_hex", R"("\ud800\ux")", R"("\ufffd\\ux")"},
                      ScanCase{"cut_hex", R"("\u00")", R"("\\u00")"},
                      ScanCase{"controls", "\"\x01\n\"", R"("\u0001\n")"},
                      ScanCase{"surrogate_then_escape", R"("\ud800\n")", R"("\ufffd\n")"},
                      ScanCase{"surrogate_twice", R"("\ud800\ud800\udc00")", R"("\ufffd\ud800\udc00")"},
                      ScanCase{"surrogate_last", R"("\ud800")", R"("\ufffd")"},
                      ScanCase{"open_string", "\"a", std::nullopt},
                      ScanCase{"two_values", "1 2", std::nullopt}, ScanCase{"nothing", " ", std::nullopt}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(JsonScanner, AllowsNestingUpTo64) {
  EXPECT_TRUE(whole_json(std::string(64, '[') + std::string(64, ']')).has_value());
  EXPECT_FALSE(whole_json(std::string(65, '[') + std::string(65, ']')).has_value());
}

TEST(JsonScanner, LeavesWhatFollowsTheValue) {
  JsonScanner scanner;
  std::string out;
  const Fed fed = scanner.feed("12, ", out);
  EXPECT_EQ(fed.used, 2U);
  EXPECT_EQ(fed.progress, Progress::done);
  EXPECT_EQ(out, "12");
}

/// Whatever it takes, the project's own parser takes, and the other way round, but for what is put right.
TEST(JsonScanner, AgreesWithTheParserOnRandomTexts) {
  constexpr std::string_view kCharacters = "{}[]\",:0123.-+tfn rue alse ull\\u\"\"\"";
  std::mt19937 random(1);
  int valid = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    const int size = std::uniform_int_distribution<int>(1, 9)(random);
    for (int i = 0; i < size; ++i) {
      text += kCharacters[std::uniform_int_distribution<std::size_t>(0, kCharacters.size() - 1)(random)];
    }
    const bool known = json::parse(text).has_value();
    valid += known ? 1 : 0;
    const auto read = whole_json(text);
    const bool put_right = read && text.find('\\') != std::string::npos && json::parse(*read).has_value();
    ASSERT_EQ(read.has_value(), known || put_right) << text;
  }
  EXPECT_GT(valid, 300);
}

}  // namespace
}  // namespace dynamo::parsers
