#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "text/code_point.h"
#include "text/code_set.h"

// What Unicode says of a character: its general category, whether it is white space or a letter, and the
// sets of characters that patterns name with \p{…}. Unicode 16, the version of the Oniguruma 6.9.10 that the
// `tokenizers` library brings along.

namespace dynamo::text {

/// General categories, in the order of the generated table. kBroken counts as Cn, unassigned.
// clang-format off
enum class Category : std::uint8_t {
  Lu, Ll, Lt, Lm, Lo,          // letters
  Mn, Mc, Me,                  // marks
  Nd, Nl, No,                  // numbers
  Pc, Pd, Ps, Pe, Pi, Pf, Po,  // punctuation
  Sm, Sc, Sk, So,              // symbols
  Zs, Zl, Zp,                  // separators
  Cc, Cf, Cs, Co, Cn,          // others
};
// clang-format on

/// A set of categories, a bit for each.
using Categories = std::uint32_t;

constexpr Categories only(Category category) { return 1U << static_cast<unsigned>(category); }
constexpr Categories through(Category first, Category last) { return (only(last) << 1) - only(first); }

constexpr Categories kLetters = through(Category::Lu, Category::Lo);
constexpr Categories kCasedLetters = through(Category::Lu, Category::Lt);
constexpr Categories kMarks = through(Category::Mn, Category::Me);
constexpr Categories kNumbers = through(Category::Nd, Category::No);
constexpr Categories kPunctuation = through(Category::Pc, Category::Po);
constexpr Categories kSymbols = through(Category::Sm, Category::So);
constexpr Categories kSeparators = through(Category::Zs, Category::Zp);
constexpr Categories kOthers = through(Category::Cc, Category::Cn);
constexpr Categories kEveryCategory = through(Category::Lu, Category::Cn);

namespace detail {
constexpr unsigned kTraitBlock = 128;         // characters
constexpr std::uint8_t kCategoryBits = 0x1F;  // of a character's traits
constexpr std::uint8_t kWhiteSpaceBit = 0x20;
constexpr std::uint8_t kAlphabeticBit = 0x40;
extern const std::uint16_t* const kTraitIndex;
extern const std::uint8_t* const kTraitTable;

/// Category and bits of a character, or of kBroken.
inline std::uint8_t traits(char32_t code) noexcept {
  return kTraitTable[kTraitIndex[code / kTraitBlock] * kTraitBlock + code % kTraitBlock];
}
}  // namespace detail

inline Category category(char32_t code) noexcept {
  return static_cast<Category>(detail::traits(code) & detail::kCategoryBits);
}
inline bool in(Categories categories, char32_t code) noexcept {
  return (categories >> (detail::traits(code) & detail::kCategoryBits) & 1U) != 0;
}
/// Unicode's White_Space, which is \s of patterns.
inline bool is_white_space(char32_t code) noexcept {
  return (detail::traits(code) & detail::kWhiteSpaceBit) != 0;
}
/// Unicode's Alphabetic: letters, letter numbers, and marks that belong to letters.
inline bool is_alphabetic(char32_t code) noexcept {
  return (detail::traits(code) & detail::kAlphabeticBit) != 0;
}
/// The property Word, which is \w within brackets: alphabetic, marks, decimal digits and connectors as `_`.
inline bool is_word(char32_t code) noexcept {
  return is_alphabetic(code) || in(kMarks | only(Category::Nd) | only(Category::Pc), code);
}
/// \w and \p{Word} outside of brackets, and what \b is a boundary of: Oniguruma counts ², ³, ¹, ¼, ½ and ¾
/// here, too.
inline bool is_word_by_itself(char32_t code) noexcept {
  return is_word(code) || (code < 0x100 && category(code) == Category::No);
}

/// All characters of these categories.
CodeSet characters_of(Categories categories);

/// The set that \p{name} stands for: a category, script, or property by any of its names; case, spaces, `-`
/// and `_` do not matter. Nothing where the name is not known. The set is shared and lives as long as the
/// program.
const CodeSet* find_property(std::string_view name);

}  // namespace dynamo::text
