#pragma once

#include "text/edits.h"
#include "text/properties.h"
#include "tokens/byte_alphabet.h"

// Rules that look at one character at a time. Each says which characters it keeps and writes what becomes of
// the others; together with CharacterRule it makes a rule for texts.

namespace dynamo::tokens {

/// A rule for texts: where the first change is, and the text rewritten from there on.
template <class Rule>
struct CharacterRule {
  Rule rule{};

  std::size_t unchanged_prefix(std::string_view text) const {
    for (std::size_t at = 0; at < text.size();) {
      std::size_t next = at;
      if (!rule.keeps(text::next_character(text, next))) return at;
      at = next;
    }
    return text.size();
  }

  template <class Out>
  void rewrite(std::string_view text, Out& out) const {
    std::size_t kept = 0;
    for (std::size_t at = 0; at < text.size();) {
      std::size_t next = at;
      const char32_t character = text::next_character(text, next);
      if (!rule.keeps(character)) {
        out.keep(text.substr(kept, at - kept));
        rule.change(character, out);
        kept = next;
      }
      at = next;
    }
    out.keep(text.substr(kept));
  }
};

/// Lower case without regard to neighbours or language.
struct Lowercase {
  static constexpr char32_t kDottedCapitalI = 0x130;  // the one with two characters in lower case
  static constexpr char32_t kCombiningDot = 0x307;

  bool keeps(char32_t character) const {
    if (character < 0x80) return character < 'A' || character > 'Z';
    return text::properties(character).to_lower == 0 && character != kDottedCapitalI;
  }
  template <class Out>
  void change(char32_t character, Out& out) const {
    if (character == kDottedCapitalI) {
      out.put('i', 0);
      out.put(kCombiningDot, 1);
    } else {
      out.put(
          static_cast<char32_t>(static_cast<std::int32_t>(character) + text::properties(character).to_lower),
          0);
    }
  }
};

/// Removes characters that have a property.
template <text::Property kProperty>
struct Without {
  bool keeps(char32_t character) const { return character < 0x80 || !text::has(character, kProperty); }
  template <class Out>
  void change(char32_t /*character*/, Out& out) const {
    out.skip();
  }
};

/// What machine translation models do: control characters go, odd spaces become plain ones.
struct Nmt {
  static constexpr bool removes(char32_t character) {
    return (character >= 0x01 && character <= 0x08) || character == 0x0B ||
           (character >= 0x0E && character <= 0x1F) || character == 0x7F || character == 0x8F ||
           character == 0x9F;
  }
  static constexpr bool makes_space(char32_t character) {
    return character == 0x09 || character == 0x0A || character == 0x0C || character == 0x0D ||
           character == 0x1680 || (character >= 0x200B && character <= 0x200F) || character == 0x2028 ||
           character == 0x2029 || character == 0x2581 || character == 0xFEFF || character == 0xFFFD;
  }

  bool keeps(char32_t character) const { return !removes(character) && !makes_space(character); }
  template <class Out>
  void change(char32_t character, Out& out) const {
    if (removes(character)) {
      out.skip();
    } else {
      out.put(' ', 0);
    }
  }
};

/// BertNormalizer's `clean_text`: control characters go, white space becomes a plain space.
struct BertCleaning {
  bool keeps(char32_t character) const {
    if (character < 0x80) return character >= 0x20 && character != 0x7F;
    const text::Properties& known = text::properties(character);
    return !known.has(text::Property::other) && !known.has(text::Property::white_space);
  }
  template <class Out>
  void change(char32_t character, Out& out) const {
    if (text::has(character, text::Property::other)) {
      out.skip();
    } else {
      out.put(' ', 0);
    }
  }
};

/// BertNormalizer's `handle_chinese_chars`: a space on both sides of each ideograph.
struct SpacedIdeographs {
  static constexpr bool is_ideograph(char32_t character) {
    return (character >= 0x4E00 && character <= 0x9FFF) || (character >= 0x3400 && character <= 0x4DBF) ||
           (character >= 0x20000 && character <= 0x2A6DF) || (character >= 0x2A700 && character <= 0x2B81F) ||
           (character >= 0x2B920 && character <= 0x2CEAF) || (character >= 0xF900 && character <= 0xFAFF) ||
           (character >= 0x2F800 && character <= 0x2FA1F);
  }

  bool keeps(char32_t character) const { return character < 0x3400 || !is_ideograph(character); }
  template <class Out>
  void change(char32_t character, Out& out) const {
    out.put(' ', 0);
    out.put(character, 1);
    out.put(' ', 1);
  }
};

/// Each byte as the visible character that stands for it in byte-level vocabularies.
struct VisibleBytes {
  bool keeps(char32_t character) const { return character >= '!' && character <= '~'; }
  template <class Out>
  void change(char32_t character, Out& out) const {
    std::string bytes;
    text::append_code_point(bytes, character);
    std::int32_t change = 0;
    for (const char byte : bytes) {
      out.put(visible_character(static_cast<unsigned char>(byte)), change);
      change = 1;
    }
  }
};

}  // namespace dynamo::tokens
