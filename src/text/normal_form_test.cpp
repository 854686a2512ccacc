#include "text/normal_form.h"

#include <gtest/gtest.h>
#include <random>

#include "text/code_point.h"

namespace dynamo::text {
namespace {

constexpr NormalForm kForms[] = {NormalForm::nfc, NormalForm::nfd, NormalForm::nfkc, NormalForm::nfkd};

std::string normalized(NormalForm form, std::string_view text) {
  std::string out;
  PlainEdits edits(out);
  normalize(form, text, edits);
  return out;
}

struct FormCase {
  std::string_view name;
  std::string_view text;
  std::string_view nfc;
  std::string_view nfd;
  std::string_view nfkc;
  std::string_view nfkd;
};

class NormalFormTest : public ::testing::TestWithParam<FormCase> {};

TEST_P(NormalFormTest, WritesEachForm) {
  const auto& c = GetParam();
  EXPECT_EQ(normalized(NormalForm::nfc, c.text), c.nfc);
  EXPECT_EQ(normalized(NormalForm::nfd, c.text), c.nfd);
  EXPECT_EQ(normalized(NormalForm::nfkc, c.text), c.nfkc);
  EXPECT_EQ(normalized(NormalForm::nfkd, c.text), c.nfkd);
}

FormCase same(std::string_view name, std::string_view text) { return {name, text, text, text, text, text}; }

INSTANTIATE_TEST_SUITE_P(
    NormalForm, NormalFormTest,
    ::testing::Values(
        same("empty", ""), same("ascii", "plain text"), same("chinese", "中文"),
        FormCase{"composed", "é!", "é!", "e\u0301!", "é!", "e\u0301!"},
        FormCase{"decomposed", "xe\u0301", "xé", "xe\u0301", "xé", "xe\u0301"},
        FormCase{"ligature", "ﬁx", "ﬁx", "ﬁx", "fix", "fix"},
        FormCase{"no_break_space", "a\u00A0b", "a\u00A0b", "a\u00A0b", "a b", "a b"},
        FormCase{"marks_out_of_order", "a\u0315\u0300\u0327", "à\u0327\u0315", "a\u0327\u0300\u0315",
                 "à\u0327\u0315", "a\u0327\u0300\u0315"},
        FormCase{"mark_joins_past_another", "a\u0323\u0302", "ậ", "a\u0323\u0302", "ậ", "a\u0323\u0302"},
        FormCase{"blocked_mark", "a\u0305\u0301", "a\u0305\u0301", "a\u0305\u0301", "a\u0305\u0301",
                 "a\u0305\u0301"},
        FormCase{"mark_first", "\u0301e\u0301", "\u0301é", "\u0301e\u0301", "\u0301é", "\u0301e\u0301"},
        FormCase{"singleton", "\u212B", "Å", "A\u030A", "Å", "A\u030A"},
        FormCase{"composition_exclusion", "\u0958", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C",
                 "\u0915\u093C"},
        FormCase{"hangul", "한가", "한가", "\u1112\u1161\u11AB\u1100\u1161", "한가",
                 "\u1112\u1161\u11AB\u1100\u1161"},
        FormCase{"hangul_parts", "\u1112\u1161\u11AB\u11A7", "한\u11A7", "\u1112\u1161\u11AB\u11A7",
                 "한\u11A7", "\u1112\u1161\u11AB\u11A7"},
        FormCase{"hangul_and_trail", "가\u11A8", "각", "\u1100\u1161\u11A8", "각", "\u1100\u1161\u11A8"},
        FormCase{"vowel_that_joins", "\u09C7\u09BE", "\u09CB", "\u09C7\u09BE", "\u09CB", "\u09C7\u09BE"},
        FormCase{"halfwidth_voiced", "ｶﾞ", "ｶﾞ", "ｶﾞ", "ガ", "カ\u3099"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(NormalForm, MarksYoungerThanTheTablesAreNotSorted) {
  const std::string_view young =
      "a\u1DFA\u0334";  // U+1DFA is a mark since Unicode 14, the library has those of 9
  EXPECT_EQ(normalized(NormalForm::nfd, young), young);
}

TEST(NormalForm, CountsChangesAsTheLibraryDoes) {
  const auto changes = [](NormalForm form, std::string_view text) {
    Edits edits;
    normalize(form, text, edits);
    std::string out;
    for (const auto& edit : edits.list())
      out += fmt::format("{:X}:{} ", static_cast<unsigned>(edit.character), edit.change);
    return out;
  };
  EXPECT_EQ(changes(NormalForm::nfd, "xé"), "78:0 65:0 301:1 ");
  EXPECT_EQ(changes(NormalForm::nfc, "xe\u0301"), "78:0 E9:-1 ");
  EXPECT_EQ(changes(NormalForm::nfc, "\u212Bx"), "C5:0 78:0 ");
  EXPECT_EQ(changes(NormalForm::nfkc, "ﬁ"), "66:0 69:1 ");
  EXPECT_EQ(changes(NormalForm::nfc, "\u1112\u1161\u11AB"), "D55C:-2 ");
}

/// Random texts of characters that interact.
std::string random_text(std::mt19937& random) {
  static constexpr std::u32string_view kPool =
      U"abe "
      U"\u00E9\u00C5\u0300\u0301\u0327\u0315\u0334\u0345\u0323\u0302\u1100\u1161\u11A8\u11A7\uAC00\uD55C"
      U"\u0958"
      U"\u09C7\u09BE\u0F71\u0F72\u0F73\u0344\u212B\uFB01\uFF76\uFF9E\u00A0\u4E2D\U0001D15E\U000110BA";
  std::string out;
  for (std::size_t left = random() % 12; left > 0; --left)
    append_code_point(out, kPool[random() % kPool.size()]);
  return out;
}

TEST(NormalForm, FormsHoldForRandomTexts) {
  std::mt19937 random(11);
  for (int round = 0; round < 3000; ++round) {
    const std::string text = random_text(random);
    for (const NormalForm form : kForms) {
      const std::string once = normalized(form, text);
      ASSERT_EQ(normalized(form, once), once) << text;
      const std::size_t kept = normal_prefix(form, text);
      ASSERT_EQ(text.substr(0, kept) + normalized(form, std::string_view(text).substr(kept)), once) << text;
      Edits edits;
      normalize(form, text, edits);
      std::string remembered;
      for (const auto& edit : edits.list()) append_code_point(remembered, edit.character);
      ASSERT_EQ(remembered, once) << text;
    }
    ASSERT_EQ(normalized(NormalForm::nfc, normalized(NormalForm::nfd, text)),
              normalized(NormalForm::nfc, text));
    ASSERT_EQ(normalized(NormalForm::nfkd, normalized(NormalForm::nfc, text)),
              normalized(NormalForm::nfkd, text));
  }
}

TEST(NormalForm, LongRunsOfMarksAreNoTrouble) {
  std::string text = "a";
  for (int i = 0; i < 200000; ++i) text += i % 2 == 0 ? "\u0315" : "\u0327";
  const std::string sorted = normalized(NormalForm::nfd, text);
  EXPECT_EQ(sorted.substr(0, 3), "a\u0327");
  EXPECT_EQ(sorted.size(), text.size());
}

}  // namespace
}  // namespace dynamo::text
