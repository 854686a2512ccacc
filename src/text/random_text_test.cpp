#include "text/random_text.h"

#include <array>
#include <gtest/gtest.h>
#include <span>

#include "text/utf8.h"

namespace dynamo::text {
namespace {

using Pieces = std::span<const std::string_view>;

constexpr std::string_view kLatin[] = {
    "a", "e", "s", "t", "S", "T", "the", "Hello", "camelCase", "d", "ll", "ve", "re", "m", "B", "Zoë", "é",
    "ß", "ẞ", "ſ", "ŉ", "K", "İ", "ı",   "ﬁ",     "ﬃ",         "ﬅ", "ǆ",  "ǅ",  "Ǆ",  "x", "I", "LL"};
constexpr std::string_view kApostrophes[] = {"'",   "'s", "'S", "'ſ", "'t", "'re", "'RE", "'vE", "'m", "'ll",
                                             "'Ll", "'d", "’",  "’s", "''", "'D",  "'x",  "`",   "\""};
constexpr std::string_view kSpaces[] = {" ",      " ",      " ",      "  ",     "\t",     "\n",     "\r",
                                        "\r\n",   "\n\n",   "\v",     "\f",     "\u0085", "\u00A0", "\u1680",
                                        "\u2003", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000", " \n"};
constexpr std::string_view kDigits[] = {"0", "1", "42", "2024", "1234567", "٣", "४",
                                        "๕", "½", "²",  "Ⅷ",    "〇",      "①", "𝟘"};
constexpr std::string_view kSigns[] = {".", ",", "!", "?",  "-",  "_",  "/",  "\\",  "(", ")", "[",
                                       "]", "{", "}", "<",  ">",  "=",  "+",  "*",   "&", "^", "%",
                                       "$", "#", "@", "~",  "|",  ":",  ";",  "…",   "—", "«", "»",
                                       "€", "°", "×", "。", "，", "！", "//", "...", "§"};
constexpr std::string_view kOtherScripts[] = {
    "привет", "Мир",  "Й",  "й",  "ё",    "مرحبا", "لَ",  "ـ",  "हिन्दी", "क्",  "ि",    "ไทย", "ำ", "่",  "你",
    "好吗",   "漢字", "𠀀", "ㄅ", "日本", "か",    "カ", "ー", "ｶ",     "한", "국어", "ᄀ",  "ᅡ", "Ω", "ς",
    "Σ",      "σ",    "ა",  "Ა",  "ꭰ",    "Ꭰ",     "ᾳ",  "ΐ",  "ﬗ",     "և",  "ªº",   "ʰ",   "ᵃ", "ǈ"};
constexpr std::string_view kMarksAndEmoji[] = {"\u0301", "\u0308", "\u20DD", "\u0345", "\uFE0F",
                                               "\u200D", "\u200C", "😀",     "👍🏽",   "👨‍👩‍👧",
                                               "🇩🇪",     "❤️",      "1️⃣",      "☃",      "\u3099",
                                               "\u309B", "・",     "\u3040", "\u0903", "\u0E31",
                                               "々",     "⺀"};
constexpr std::string_view kControls[] = {std::string_view("\0", 1),
                                          "\x01",
                                          "\x1B",
                                          "\x7F",
                                          "\u0080",
                                          "\u00AD",
                                          "\u200B",
                                          "\uFEFF",
                                          "\uE000",
                                          "\uFFFD",
                                          "\u0378",
                                          "\U0010FFFF",
                                          "\u061C"};

constexpr std::array<Pieces, 8> kKinds = {kLatin, kApostrophes,  kSpaces,        kDigits,
                                          kSigns, kOtherScripts, kMarksAndEmoji, kControls};

}  // namespace

std::string_view RandomText::piece(std::size_t kind) { return one_of(kKinds[kind]); }

std::string RandomText::next(std::size_t most) {
  const std::size_t size = below(most + 1);
  const bool plain = chance(0.3);  // of few kinds, so that long runs come about
  const std::array<std::size_t, 2> few = {below(kKinds.size()), below(kKinds.size())};
  std::string text;
  for (std::size_t count = 0; count < size; ++count)
    text += piece(plain ? one_of(few) : below(kKinds.size()));
  return text;
}

std::string RandomText::next_broken(std::size_t most) {
  std::string text = next(most);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (chance(0.1)) text[at] = static_cast<char>(below(256));
  }
  if (!text.empty() && chance(0.3)) text.resize(below(text.size()));
  return text;
}

namespace {

TEST(RandomText, IsValidUnlessBroken) {
  RandomText random(1);
  int broken = 0;
  for (int count = 0; count < 1000; ++count) {
    EXPECT_TRUE(is_valid(random.next()));
    if (!is_valid(random.next_broken())) ++broken;
  }
  EXPECT_GT(broken, 300);
}

}  // namespace
}  // namespace dynamo::text
