#include "tokens/json_cursor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynamo::tokens {
namespace {

struct StringCase {
  std::string_view name;
  std::string_view json;
  std::string_view value;
};

class JsonStringTest : public ::testing::TestWithParam<StringCase> {};

TEST_P(JsonStringTest, IsRead) {
  JsonCursor cursor(GetParam().json);
  EXPECT_EQ(cursor.string(), GetParam().value);
  EXPECT_TRUE(cursor.finish());
}

INSTANTIATE_TEST_SUITE_P(
    Strings, JsonStringTest,
    ::testing::Values(StringCase{"empty", R"("")", ""}, StringCase{"plain", R"( "abc" )", "abc"},
                      StringCase{"utf8", R"("Ġé中")", "Ġé中"},
                      StringCase{"named_escapes", R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
                      StringCase{"hex", R"("\u0120\u00e9\u4E2D")", "Ġé中"},
                      StringCase{"surrogates", R"("x\ud83d\ude00y")", "x😀y"}),
    [](const auto& row) { return std::string(row.param.name); });

struct BrokenCase {
  std::string_view name;
  std::string_view json;
  std::string_view message;
};

class JsonMembersTest : public ::testing::TestWithParam<BrokenCase> {};

TEST_P(JsonMembersTest, SayWhatIsWrong) {
  const auto members = json_members(GetParam().json, GetParam().json);
  ASSERT_FALSE(members.has_value());
  EXPECT_EQ(members.error().code, Errc::invalid);
  EXPECT_EQ(members.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Broken, JsonMembersTest,
    ::testing::Values(
        BrokenCase{"empty", "", "line 1, column 1: expected an object"},
        BrokenCase{"array", "[]", "line 1, column 1: expected an object"},
        BrokenCase{"unclosed", "{", "line 1, column 2: expected a string"},
        BrokenCase{"no_name", "{\n 1: 2}", "line 2, column 2: expected a string"},
        BrokenCase{"no_colon", R"({"a" 2})", "line 1, column 6: expected a colon"},
        BrokenCase{"no_value", R"({"a": })", "line 1, column 7: expected a value"},
        BrokenCase{"no_comma", R"({"a": 1 "b": 2})", "line 1, column 9: expected a comma or a closing brace"},
        BrokenCase{"open_value", R"({"a": [1, {})",
                   "line 1, column 13: expected the end of an object or array"},
        BrokenCase{"open_string", R"({"a": "x)", "line 1, column 9: expected the end of a string"},
        BrokenCase{"open_escape", R"({"a\)", "line 1, column 5: expected the end of a string"},
        BrokenCase{"bad_escape", R"({"\x": 1})", "line 1, column 5: expected a known escape in a string"},
        BrokenCase{"half_pair", R"({"\ud83d": 1})",
                   "line 1, column 9: expected both halves of a surrogate pair"},
        BrokenCase{"bad_hex", R"({"\u12g4": 1})", "line 1, column 5: expected four hexadecimal digits"},
        BrokenCase{"control", "{\"a\nb\": 1}",
                   "line 1, column 4: expected no control characters in a string"},
        BrokenCase{"trailing", "{} x", "line 1, column 4: expected nothing more"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(JsonMembersTest, AreSplitWithTheirText) {
  constexpr std::string_view kText = R"( {"a": {"b": [1, "]}\""]}, "c":2.5e3 ,"d":null} )";
  const auto members = json_members(kText, kText).value();
  ASSERT_EQ(members.size(), 3U);
  EXPECT_EQ(members[0].name, "a");
  EXPECT_EQ(members[0].value, R"({"b": [1, "]}\""]})");
  EXPECT_EQ(members[1].value, "2.5e3");
  EXPECT_EQ(members[2].value, "null");
}

TEST(JsonCursorTest, ReadsNumbers) {
  JsonCursor cursor("[4294967295, -1.5e-3, 4294967296]");
  EXPECT_TRUE(cursor.expect('['));
  EXPECT_EQ(cursor.unsigned_number(), 4294967295U);
  EXPECT_TRUE(cursor.expect(','));
  EXPECT_EQ(cursor.number(), -1.5e-3);
  EXPECT_TRUE(cursor.expect(','));
  cursor.unsigned_number();
  EXPECT_THAT(cursor.error().message, ::testing::HasSubstr("a whole number from 0 to 4294967295"));
}

TEST(JsonCursorTest, RoundsNumbersAsTheLibraryDoes) {
  const auto read = [](std::string_view text) {
    JsonCursor cursor(text);
    return cursor.number();
  };
  EXPECT_EQ(read("-10.714790333659213"), -10.714790333659211);  // found by tests/tokens
  EXPECT_EQ(read("-6.584156539999087"), -6.584156539999087);    // few digits: nothing is rounded twice
  EXPECT_EQ(read("123456789012345678901234567890"), 12345678901234567890.0 * 1e10);
  EXPECT_EQ(read("0.1234567890123456789012e+3"), 12345678901234567890.0 / 1e17);
  EXPECT_EQ(read("-2e-310"), -2e-310);
  EXPECT_EQ(read("0.0e-2147483648"), 0);
}

TEST(JsonCursorTest, TheFirstFailureSticks) {
  JsonCursor cursor("x 1");
  cursor.expect('[');
  cursor.expect('{');
  bool first = true;
  EXPECT_FALSE(cursor.next(first, ']'));
  EXPECT_THAT(cursor.error().message, ::testing::HasSubstr("expected an array"));
}

}  // namespace
}  // namespace dynamo::tokens
