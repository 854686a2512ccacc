#pragma once

#include <cstddef>
#include <string_view>

#include "text/word_characters.h"

// How the words of the large model families are cut. They agree on most: a word is letters with one other
// character before them, or numbers, or signs with a space before them and newlines behind them, or white
// space. Rules say where they differ; each value of Rules makes a function of its own.

namespace dynamo::text::words {

enum class Contractions : std::uint8_t {
  none,
  lower,        // 's 't 're 've 'm 'll 'd are words of their own
  any_case,     // in any case
  behind_word,  // in any case, as the end of the word before
};

enum class Letters : std::uint8_t {
  plain,          // \p{L}+
  with_marks,     // [\p{L}\p{M}]+, marks being no signs
  cased,          // upper-case letters, then lower-case ones: camelCase is two words; marks are both
  cased_in_ascii  // the same, but all letters above ASCII are both and marks neither
};

/// What may stand before the letters of a word.
enum class Prefix : std::uint8_t {
  space,           // a space, and so before numbers
  any_but_newline  // any one character that is no letter, no number and no newline
};

/// What of white space makes a word.
enum class Spaces : std::uint8_t {
  leave_one,      // all but the last character, which goes with what follows
  up_to_newline,  // up to the last newline, if there is one
  all_at_end      // at the end of the text all of it, else up to the newline
};

/// What is special about ideographs.
enum class Ideographs : std::uint8_t {
  ordinary,
  cut_off,   // an earlier pattern of the sequence, [一-龥぀-ゟ゠-ヿ]+, has made pieces of them
  alone,     // the same, within such a piece: everything else is cut off
  han_words  // \p{Han}+ is the first alternative
};

constexpr std::size_t kAnyNumber = ~std::size_t{0};

struct Rules {
  Contractions contractions = Contractions::any_case;
  Letters letters = Letters::plain;
  Prefix prefix = Prefix::any_but_newline;
  std::size_t most_digits = 3;
  bool numbers_cut_off = false;        // by a pattern of its own
  bool long_s_in_contractions = true;  // ſ is an s
  bool newlines_behind_signs = true;
  bool slashes_behind_signs = false;  // among those newlines
  Spaces spaces = Spaces::up_to_newline;
  Ideographs ideographs = Ideographs::ordinary;
};

bool is_han(char32_t code) noexcept;

/// [一-龥぀-ゟ゠-ヿ]
constexpr bool is_kana_or_ideograph(char32_t code) noexcept {
  return (code >= 0x4E00 && code <= 0x9FA5) || (code >= 0x3040 && code <= 0x30FF);
}

template <Rules kRules>
class Cutter {
 public:
  static std::size_t next(std::string_view text, std::size_t at) {
    const Character first = character(text, at);
    if constexpr (kRules.ideographs == Ideographs::cut_off) {
      if ((first.kinds & kIdeograph) != 0) return Cutter<within_ideographs()>::next(text, at);
    } else if (kRules.ideographs == Ideographs::han_words) {
      if ((first.kinds & kIdeograph) != 0) return run_end(text, at, kIdeograph);
    }
    if ((first.kinds & kNumber) != 0) return numbers_end(text, at);
    if constexpr (kCased) {
      if (const std::size_t end = cased_word_end(text, at, first); end > at) return end;
    } else {
      if ((first.kinds & kWord) != 0) return run_end(text, at, kWord);
      if constexpr (kRules.contractions != Contractions::none) {
        if (const std::size_t end = contraction_end(text, at); end > at) return end;
      }
    }
    if (const std::size_t end = prefixed_end(text, at, first); end > at) return end;
    if ((first.kinds & kSpace) != 0) return spaces_end(text, at);
    return signs_end(text, at);
  }

 private:
  static constexpr Kinds kWord = kRules.letters == Letters::with_marks ? kLetter | kMark : kLetter;
  static constexpr bool kCased =
      kRules.letters == Letters::cased || kRules.letters == Letters::cased_in_ascii;
  static constexpr Kinds kNoSign = kSpace | kLetter | kNumber | kWord;
  static constexpr bool kInPieces =
      kRules.ideographs == Ideographs::cut_off || kRules.ideographs == Ideographs::alone;
  static constexpr Kinds kCutOff =
      static_cast<Kinds>((kRules.numbers_cut_off ? kNumber : 0) | (kInPieces ? kIdeograph : 0));

  static constexpr Rules within_ideographs() {
    Rules rules = kRules;
    rules.ideographs = Ideographs::alone;
    return rules;
  }

  static Character character(std::string_view text, std::size_t at) noexcept {
    const auto byte = static_cast<unsigned char>(text[at]);
    if constexpr (kRules.ideographs != Ideographs::alone) {
      if (byte < 0x80) [[likely]]
        return {kKindsOfAscii[byte], 1};
    } else if (byte < 0x80) {
      return {kIdeograph, 1};
    }
    return long_character(text, at);
  }

  /// kIdeograph alone where the character is in another piece.
  static Character long_character(std::string_view text, std::size_t at) noexcept {
    const CodePoint point = long_code_point_at(text, at);
    const Kinds kinds = kinds_of_code(point.code);
    if constexpr (kInPieces) {
      constexpr bool kWanted = kRules.ideographs == Ideographs::alone;
      if (is_kana_or_ideograph(point.code) != kWanted) return {kIdeograph, point.size};
    }
    if constexpr (kRules.ideographs == Ideographs::han_words) {
      constexpr Kinds kCases = kUpper | kLower;
      if (is_han(point.code)) return {static_cast<Kinds>((kinds & ~kCases) | kIdeograph), point.size};
    }
    if constexpr (kRules.letters == Letters::cased_in_ascii) {
      constexpr Kinds kCases = kUpper | kLower;
      const bool letter = (kinds & kLetter) != 0;
      return {static_cast<Kinds>(letter ? kinds | kCases : kinds & ~kCases), point.size};
    }
    return {kinds, point.size};
  }

  /// Where the characters end, from `at` on, that have one of `kinds`.
  static std::size_t run_end(std::string_view text, std::size_t at, Kinds kinds) noexcept {
    while (at < text.size()) {
      const Character next = character(text, at);
      if ((next.kinds & kinds) == 0) break;
      at += next.size;
    }
    return at;
  }

  static std::size_t numbers_end(std::string_view text, std::size_t at) noexcept {
    for (std::size_t count = 0; count < kRules.most_digits && at < text.size(); ++count) {
      const Character next = character(text, at);
      if ((next.kinds & kNumber) == 0) break;
      at += next.size;
    }
    return at;
  }

  /// The end of the contraction that begins at `at`, or `at`.
  static std::size_t contraction_end(std::string_view text, std::size_t at) noexcept {
    if (text.size() - at < 2 || text[at] != '\'') return at;
    constexpr char kCaseBit = kRules.contractions == Contractions::lower ? 0 : 0x20;
    const auto letter = [&](std::size_t behind) {
      const char c = at + behind < text.size() ? text[at + behind] : '\0';
      return kCaseBit != 0 && c >= 'A' && c <= 'Z' ? static_cast<char>(c | kCaseBit) : c;
    };
    switch (letter(1)) {
      case 's':
      case 't':
      case 'm':
      case 'd':
        return at + 2;
      case 'r':
      case 'v':
        return letter(2) == 'e' ? at + 3 : at;
      case 'l':
        return letter(2) == 'l' ? at + 3 : at;
      default:
        break;
    }
    const bool long_s =
        kCaseBit != 0 && kRules.long_s_in_contractions && text.substr(at + 1).starts_with("ſ");
    return long_s ? at + 3 : at;
  }

  /// The end of a word, of numbers or of signs that begin with the character `first`, or `at`.
  static std::size_t prefixed_end(std::string_view text, std::size_t at, Character first) noexcept {
    const std::size_t behind = at + first.size;
    if (behind == text.size()) return at;
    const Character second = character(text, behind);
    const bool space = text[at] == ' ';
    if constexpr (kRules.prefix == Prefix::space) {
      if (!space) return at;
      const bool number = (second.kinds & kNumber) != 0 && !kRules.numbers_cut_off;
      if (number) return run_end(text, behind, kNumber);
    }
    if constexpr (!kCased) {
      if ((second.kinds & kWord) != 0 && (first.kinds & kNewline) == 0) return run_end(text, behind, kWord);
    }
    if (space && (second.kinds & (kNoSign | kCutOff)) == 0) return signs_end(text, behind);
    return at;
  }

  static std::size_t signs_end(std::string_view text, std::size_t at) noexcept {
    while (at < text.size()) {
      const Character next = character(text, at);
      if ((next.kinds & (kNoSign | kCutOff)) != 0) break;
      at += next.size;
    }
    if constexpr (kRules.newlines_behind_signs && kRules.ideographs != Ideographs::alone) {
      while (at < text.size() && is_tail(text[at])) ++at;
    }
    return at;
  }

  static bool is_tail(char c) { return c == '\r' || c == '\n' || (kRules.slashes_behind_signs && c == '/'); }

  static std::size_t spaces_end(std::string_view text, std::size_t begin) noexcept {
    std::size_t at = begin;
    std::size_t last = begin;      // where the last character begins
    std::size_t newlines = begin;  // where the last newline ends
    while (at < text.size()) {
      const Character next = character(text, at);
      if ((next.kinds & kSpace) == 0) break;
      last = at;
      at += next.size;
      if ((next.kinds & kNewline) != 0) newlines = at;
    }
    const bool at_end = at == text.size() || (character(text, at).kinds & kCutOff) != 0;
    if (kRules.spaces == Spaces::all_at_end && at_end) return at;
    if (kRules.spaces != Spaces::leave_one && newlines > begin) return newlines;
    return at_end || last == begin ? at : last;
  }

  // Words by case: [prefix]?[upper]*[lower]+ or else [prefix]?[upper]+[lower]*, each with the prefix first.
  // Caseless letters and marks are both upper and lower; marks may be the prefix as well.

  static std::size_t cased_word_end(std::string_view text, std::size_t at, Character first) noexcept {
    const std::size_t end = cased_letters_end(text, at, first);
    if (kRules.contractions != Contractions::behind_word || end == at || end == text.size()) return end;
    return contraction_end(text, end);
  }

  static std::size_t cased_letters_end(std::string_view text, std::size_t at, Character first) noexcept {
    if ((first.kinds & kLetter) != 0) {
      const std::size_t lower = lower_end(text, at);
      return lower > at ? lower : run_end(text, at, kUpper);
    }
    if ((first.kinds & kNewline) != 0) return at;
    const std::size_t behind = at + first.size;
    if (const std::size_t lower = lower_end(text, behind); lower > behind) return lower;
    if ((first.kinds & kUpper) != 0) return lower_end(text, at);  // a mark
    const std::size_t upper = run_end(text, behind, kUpper);
    return upper > behind ? upper : at;
  }

  /// The end of [upper]*[lower]+ from `begin` on, or `begin`.
  static std::size_t lower_end(std::string_view text, std::size_t begin) noexcept {
    std::size_t at = begin;
    std::size_t caseless = begin;  // where the last character ends that is both
    while (at < text.size()) {
      const Character next = character(text, at);
      if ((next.kinds & kUpper) == 0) break;
      at += next.size;
      if ((next.kinds & kLower) != 0) caseless = at;
    }
    const std::size_t lower = run_end(text, at, kLower);
    return lower > at ? lower : caseless;
  }
};

}  // namespace dynamo::text::words
