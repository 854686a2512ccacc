#pragma once

#include <array>
#include <string_view>

#include "text/classes.h"

// What the hand-compiled matchers ask of a character, as bits: a table for ASCII, the general category above
// it.

namespace dynamo::text::words {

using Kinds = std::uint16_t;

constexpr Kinds kLetter = 1 << 0;
constexpr Kinds kMark = 1 << 1;
constexpr Kinds kNumber = 1 << 2;
constexpr Kinds kSpace = 1 << 3;    // White_Space
constexpr Kinds kNewline = 1 << 4;  // \r and \n, which are kSpace as well
constexpr Kinds kSign = 1 << 5;     // punctuation and symbols
constexpr Kinds kUpper = 1 << 6;    // can stand in the upper-case part of a word: letters but Ll, and marks
constexpr Kinds kLower = 1 << 7;    // can stand in the lower-case part: letters but Lu and Lt, and marks
constexpr Kinds kIdeograph =
    1 << 8;  // of those that a matcher sets apart; such a matcher clears the other bits

struct Character {
  Kinds kinds;
  std::uint32_t size;  // bytes
};

constexpr Kinds kinds_of(Category category) {
  const Categories one = only(category);
  Kinds kinds = 0;
  if ((one & kLetters) != 0) kinds |= kLetter;
  if ((one & kMarks) != 0) kinds |= kMark;
  if ((one & kNumbers) != 0) kinds |= kNumber;
  if ((one & (kPunctuation | kSymbols)) != 0) kinds |= kSign;
  const Categories caseless = only(Category::Lm) | only(Category::Lo) | kMarks;
  if ((one & (caseless | only(Category::Lu) | only(Category::Lt))) != 0) kinds |= kUpper;
  if ((one & (caseless | only(Category::Ll))) != 0) kinds |= kLower;
  return kinds;
}

constexpr Kinds kinds_of_ascii(unsigned char byte) {
  if (byte == '\r' || byte == '\n') return kSpace | kNewline;
  if (byte == ' ' || (byte >= '\t' && byte <= '\r')) return kSpace;
  if (byte < ' ' || byte == 0x7F) return 0;
  if (byte >= '0' && byte <= '9') return kinds_of(Category::Nd);
  if (byte >= 'A' && byte <= 'Z') return kinds_of(Category::Lu);
  if (byte >= 'a' && byte <= 'z') return kinds_of(Category::Ll);
  return kSign;
}

constexpr auto kKindsOfAscii = [] {
  std::array<Kinds, 128> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte)
    table[byte] = kinds_of_ascii(static_cast<unsigned char>(byte));
  return table;
}();

constexpr auto kKindsOfCategory = [] {
  std::array<Kinds, 32> table{};
  for (std::size_t at = 0; at <= static_cast<std::size_t>(Category::Cn); ++at) {
    table[at] = kinds_of(static_cast<Category>(at));
  }
  return table;
}();

/// Of a character above ASCII.
inline Kinds kinds_of_code(char32_t code) noexcept {
  const std::uint8_t traits = detail::traits(code);
  const Kinds space = (traits & detail::kWhiteSpaceBit) != 0 ? kSpace : Kinds{0};
  return static_cast<Kinds>(kKindsOfCategory[traits & detail::kCategoryBits] | space);
}

}  // namespace dynamo::text::words
