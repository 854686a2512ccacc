#include "text/utf8.h"

#include <gtest/gtest.h>
#include <random>

#include "text/code_point.h"

namespace dynamo::text {
namespace {

struct RepairCase {
  std::string_view name;
  std::string_view bytes;
  std::string_view repaired;
};

class RepairTest : public ::testing::TestWithParam<RepairCase> {};

TEST_P(RepairTest, EachLongestBeginningBecomesOneReplacement) {
  const auto& c = GetParam();
  EXPECT_EQ(repaired(c.bytes), c.repaired);
  EXPECT_EQ(is_valid(c.bytes), c.bytes == c.repaired);
}

#define FFFD "\xEF\xBF\xBD"
INSTANTIATE_TEST_SUITE_P(
    Utf8, RepairTest,
    ::testing::Values(RepairCase{"empty", "", ""},
                      RepairCase{"ascii", "plain text of some length", "plain text of some length"},
                      RepairCase{"all_sizes", "a\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80z",
                                 "a\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80z"},
                      RepairCase{"stray_continuation", "a\x80z", "a" FFFD "z"},
                      RepairCase{"two_strays", "\x80\xBF", FFFD FFFD},
                      RepairCase{"cut_two_byte", "\xC3", FFFD},
                      RepairCase{"cut_three_byte", "\xE4\xB8z", FFFD "z"},
                      RepairCase{"cut_four_byte", "\xF0\x9F\x98", FFFD},
                      RepairCase{"four_byte_then_lead", "\xF0\x9F\xC3\xA9", FFFD "\xC3\xA9"},
                      RepairCase{"overlong_two", "\xC0\xAF", FFFD FFFD},
                      RepairCase{"overlong_three", "\xE0\x80\x80", FFFD FFFD FFFD},
                      RepairCase{"overlong_four", "\xF0\x8F\xBF\xBF", FFFD FFFD FFFD FFFD},
                      RepairCase{"surrogate", "\xED\xA0\x80", FFFD FFFD FFFD},
                      RepairCase{"last_before_surrogates", "\xED\x9F\xBF", "\xED\x9F\xBF"},
                      RepairCase{"last_code_point", "\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF"},
                      RepairCase{"too_large", "\xF4\x90\x80\x80", FFFD FFFD FFFD FFFD},
                      RepairCase{"never_bytes", "\xF5\xFF", FFFD FFFD},
                      RepairCase{"behind_long_ascii", "0123456789abcdef\xFFxyz",
                                 "0123456789abcdef" FFFD "xyz"}),
    [](const auto& row) { return std::string(row.param.name); });
#undef FFFD

TEST(Utf8, RepairedTextIsValidWhateverItWas) {
  std::mt19937 random(7);
  for (int round = 0; round < 20000; ++round) {
    std::string bytes(random() % 12, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() % 4 == 0 ? random() % 0x80 : random() % 0x100);
    const std::string once = repaired(bytes);
    ASSERT_TRUE(is_valid(once));
    ASSERT_EQ(repaired(once), once);
    ASSERT_EQ(bytes.substr(0, valid_prefix(bytes)), once.substr(0, valid_prefix(bytes)));
  }
}

TEST(Utf8, ReadsBackEveryCodePoint) {
  for (char32_t code = 0; code <= 0x10FFFF; ++code) {
    if (code >= 0xD800 && code <= 0xDFFF) continue;
    std::string text;
    append_code_point(text, code);
    std::size_t at = 0;
    ASSERT_TRUE(is_valid(text));
    ASSERT_EQ(next_character(text, at), code);
    ASSERT_EQ(at, text.size());
  }
}

TEST(Utf8, FindsTheFirstByteThatIsNotAscii) {
  for (std::size_t size = 0; size < 40; ++size) {
    for (std::size_t place = 0; place <= size; ++place) {
      std::string text(size, 'a');
      if (place < size) text[place] = '\x80';
      ASSERT_EQ(ascii_prefix(text), place);
    }
  }
}

}  // namespace
}  // namespace dynamo::text
