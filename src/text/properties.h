#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

// What the `tokenizers` library knows about each code point, found by asking it (tools/text-properties.py):
// its parts have tables of different Unicode versions, none of which may be replaced by a newer one.

namespace dynamo::text {

enum class Property : std::uint16_t {
  white_space = 1 << 0,
  numeric = 1 << 1,      // any kind of number (Nd, Nl, No)
  punctuation = 1 << 2,  // of ASCII, or any kind of punctuation
  word = 1 << 3,         // \w: letters, marks, decimal digits, connectors
  mark = 1 << 4,         // any kind of mark: what StripAccents removes
  nonspacing = 1 << 5,   // Mn: what the accents of BertNormalizer are
  other = 1 << 6,        // control, format, private use, not assigned: what BertNormalizer removes
  incb_extend = 1 << 7,
  incb_linker = 1 << 8,
  decomposes = 1 << 9,  // canonically, Hangul syllables too
  decomposes_compatibly = 1 << 10,
  joins_previous = 1 << 11,    // may be the second of two characters that compose
  changes_composed = 1 << 12,  // is not itself in NFC
  changes_compatibly_composed = 1 << 13,
};

enum class GraphemeClass : std::uint8_t {
  any,
  cr,
  lf,
  control,
  extend,
  zwj,
  regional_indicator,
  prepend,
  spacing_mark,
  l,
  v,
  t,
  lv,
  lvt,
  pictographic,
  consonant,  // of a script that joins consonants to conjuncts
};

/// Everything about one code point that is a small number.
struct Properties {
  std::uint16_t flags;
  std::uint8_t combining_class;  // canonical
  std::uint8_t grapheme_class;
  std::uint8_t script;    // arbitrary numbers; 0 goes with any script
  std::int32_t to_lower;  // distance to the lower case; U+0130, which has two characters, says 0

  bool has(Property property) const noexcept { return (flags & std::to_underlying(property)) != 0; }
  GraphemeClass grapheme() const noexcept { return static_cast<GraphemeClass>(grapheme_class); }
};

/// Of a Unicode scalar value.
const Properties& properties(char32_t character) noexcept;

inline bool has(char32_t character, Property property) noexcept {
  return properties(character).has(property);
}

/// Full decomposition of a character that decomposes (Property::decomposes, decomposes_compatibly), Hangul
/// syllables aside: those are counted out, not looked up.
std::u32string_view canonical_decomposition(char32_t character);
std::u32string_view compatible_decomposition(char32_t character);

/// The character that `first` and `second` compose, Hangul aside.
std::optional<char32_t> composition(char32_t first, char32_t second);

}  // namespace dynamo::text
