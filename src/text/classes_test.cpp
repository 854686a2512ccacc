#include "text/classes.h"

#include <gtest/gtest.h>

#include "text/case_folding.h"
#include "text/oniguruma_oracle.h"
#include "text/utf8.h"

namespace dynamo::text {
namespace {

/// All characters that UTF-8 can hold, in order, and where each begins.
struct Alphabet {
  std::string text;
  std::vector<char32_t> codes;  // of each byte, the character that begins there

  Alphabet() {
    for (char32_t code = 0; code <= kLastCode; ++code) {
      if (code >= 0xD800 && code < 0xE000) continue;
      append_code_point(text, code);
      codes.resize(text.size(), code);
    }
  }
};

const Alphabet& alphabet() {
  static const Alphabet all;
  return all;
}

/// The characters that Oniguruma finds with a pattern for runs of them.
CodeSet found_by_oniguruma(std::string_view pattern) {
  const OnigurumaPattern runs(pattern);
  EXPECT_EQ(runs.error(), "") << pattern;
  std::vector<CodeRange> ranges;
  for (std::size_t at = 0; const auto run = runs.find(alphabet().text, at); at = run->end) {
    ranges.push_back({alphabet().codes[run->begin], alphabet().codes[run->end - 1]});
  }
  return CodeSet(std::move(ranges));
}

const CodeSet kSurrogates({{0xD800, 0xDFFF}});

/// Characters of which Unicode 16, which the tables have, says something else than the 14 of Debian's
/// Oniguruma.
const CodeSet kChangedSince({{0x363, 0x36F},
                             {0xC04, 0xC04},
                             {0xF82, 0xF83},
                             {0x10FC, 0x10FC},
                             {0x1DD3, 0x1DE6},
                             {0xA7F2, 0xA7F4},
                             {0xAB69, 0xAB69},
                             {0x11080, 0x11081},
                             {0x1171E, 0x1171E}});

/// What can be compared: neither surrogates, which no text has, nor kBroken, nor what came or changed later.
CodeSet comparable(const CodeSet& set) {
  static const CodeSet all = [] {
    CodeSet outside = found_by_oniguruma("\\p{Cn}+");
    outside.add(kSurrogates);
    outside.add(kChangedSince);
    outside.add(CodeSet(kBroken));
    return outside.inverted();
  }();
  return set.intersected(all);
}

class PropertyTest : public ::testing::TestWithParam<std::string_view> {};

TEST_P(PropertyTest, IsTheSetThatOnigurumaHas) {
  const CodeSet* ours = find_property(GetParam());
  ASSERT_NE(ours, nullptr);
  const CodeSet theirs = found_by_oniguruma(fmt::format("\\p{{{}}}+", GetParam()));
  EXPECT_EQ(comparable(*ours).ranges(), comparable(theirs).ranges());
}

INSTANTIATE_TEST_SUITE_P(Named, PropertyTest,
                         ::testing::Values("L", "LC", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me",
                                           "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf",
                                           "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "Cc",
                                           "Cf", "Co", "Any", "Assigned", "Alphabetic", "White_Space", "Word",
                                           "Alnum", "Graph", "Print", "Punct", "Cntrl", "Blank", "XDigit",
                                           "ASCII", "Upper", "Lower", "Han", "Hiragana", "Katakana", "Hangul",
                                           "Latin", "Cyrillic", "Common", "Inherited", "Emoji",
                                           "Extended_Pictographic", "Ideographic", "other letter", "grek"));

/// What tests/tokens found that the library's Oniguruma has, and an older one has not.
TEST(Classes, AreThoseOfUnicode16) {
  EXPECT_TRUE(find_property("L")->has(0x31E2E));      // CJK extension H, Unicode 15
  EXPECT_TRUE(find_property("L")->has(0x13FA3));      // Egyptian hieroglyphs, Unicode 16
  EXPECT_TRUE(find_property("Garay")->has(0x10D50));  // a script of Unicode 16
  EXPECT_TRUE(find_property("Alphabetic")->has(0x363));
  EXPECT_TRUE(find_property("PosixPunct")->has('='));
  EXPECT_FALSE(find_property("Punct")->has('='));
}

TEST(Classes, NamesCompareWithoutCaseSpacesAndHyphens) {
  EXPECT_EQ(find_property("Uppercase_Letter"), find_property("uppercase LETTER"));
  EXPECT_EQ(find_property("NoSuchProperty"), nullptr);
  EXPECT_EQ(find_property(""), nullptr);
}

TEST(Classes, BrokenBytesAreUnassigned) {
  EXPECT_EQ(category(kBroken), Category::Cn);
  EXPECT_FALSE(is_white_space(kBroken) || is_alphabetic(kBroken) || is_word(kBroken));
}

TEST(CodeTable, HasWhatItsSetHas) {
  for (const std::string_view name : {"L", "Han", "White_Space", "Cn", "Any"}) {
    const CodeSet& set = *find_property(name);
    const CodeTable table(set);
    for (const CodeRange& range : set.ranges()) {
      for (const auto code :
           std::initializer_list<char32_t>{range.first - 1, range.first, range.last, range.last + 1}) {
        if (code <= kBroken) EXPECT_EQ(table.has(code), set.has(code)) << name;
      }
    }
    for (unsigned char byte = 0; byte < 0x80; ++byte) EXPECT_EQ(table.has_ascii(byte), set.has(byte)) << name;
  }
}

TEST(CodeSet, InvertsAndIntersects) {
  const CodeSet letters({{'a', 'z'}, {'A', 'Z'}, {'b', 'c'}, {'9', '1'}});
  EXPECT_EQ(letters.ranges().size(), 2U);
  EXPECT_EQ(letters.inverted().inverted(), letters);
  EXPECT_TRUE(letters.inverted().has(kBroken));
  EXPECT_TRUE(letters.intersected(letters.inverted()).empty());
  EXPECT_EQ(letters.intersected(CodeSet({{'Y', 'b'}})), CodeSet({{'Y', 'Z'}, {'a', 'b'}}));
}

/// (?i:…) around one character finds its variants.
TEST(CaseFolding, HasTheVariantsThatOnigurumaHas) {
  for (const char32_t code : U"sSkKßẞſſiİıσςΣǆǅaZэЭꭰა1") {
    if (code == 0) continue;
    std::string character;
    append_code_point(character, code);
    const CodeSet theirs = found_by_oniguruma(fmt::format("(?i:{})", character));
    CodeSet ours = case_variants(code);
    EXPECT_EQ(ours, theirs) << character;
  }
}

TEST(CaseFolding, KnowsLongFolds) {
  EXPECT_EQ(long_fold(U'ß'), U"ss");
  EXPECT_EQ(fold_case(U'ß'), U'ß');
  EXPECT_TRUE(characters_folding_to(U"ss").has(U'ẞ'));
  EXPECT_EQ(long_folds(CodeSet({{0xFB00, 0xFB06}})).front(), U"ff");
  EXPECT_TRUE(with_case_variants(CodeSet(U'k')).has(0x212A));  // KELVIN SIGN
}

}  // namespace
}  // namespace dynamo::text
