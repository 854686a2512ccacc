#pragma once

#include "text/finder.h"
#include "text/properties.h"
#include "text/utf8.h"
#include "tokens/pre_tokenizer.h"
#include "tokens/pre_tokenizer_sections.h"

// Pre-tokenizers that cut and change nothing. Each is a rule with `cut(text, parts)`, which appends the parts
// of a text and returns a Result<void> if it may fail; Cutting makes a pre-tokenizer of it.

namespace dynamo::tokens {

/// Cuts by a rule, whether it may fail or not.
template <class Rule>
Result<void> cut_by(const Rule& rule, std::string_view text, std::vector<text::Range>& parts) {
  if constexpr (std::is_void_v<decltype(rule.cut(text, parts))>) {
    rule.cut(text, parts);
    return {};
  } else {
    return rule.cut(text, parts);
  }
}

/// The parts that `rule` cuts `text` into, put in the place of the piece that they were cut from.
template <class Rule>
class Cutting final : public PreTokenizer {
 public:
  explicit Cutting(Rule rule) : rule_(std::move(rule)) {}

  Result<void> split(std::vector<text::AlignedText>& pieces) const override {
    std::vector<text::AlignedText> out;
    std::vector<text::Range> parts;
    for (const text::AlignedText& piece : pieces) {
      parts.clear();
      if (auto cut = cut_by(rule_, piece.text(), parts); !cut) return cut;
      for (const text::Range part : parts) out.push_back(piece.slice(part));
    }
    pieces = std::move(out);
    return {};
  }

  Result<void> split(PlainPieces& pieces) const override {
    std::vector<text::Range> out;
    out.reserve(pieces.pieces.size());
    const std::uint32_t start = pieces.pieces.empty() ? 0 : pieces.pieces.front().begin;
    for (const text::Range piece : pieces.pieces) {
      const std::size_t first = out.size();
      if (auto cut = cut_by(rule_, piece.of(pieces.text), out); !cut) return cut;
      for (text::Range& part : std::span(out).subspan(first)) {
        part.begin += piece.begin;
        part.end += piece.begin;
      }
    }
    pieces.at_start = pieces.at_start && !out.empty() && out.front().begin == start;
    pieces.pieces = std::move(out);
    return {};
  }

  bool searches_patterns() const override {
    if constexpr (requires { rule_.searches_pattern(); }) return rule_.searches_pattern();
    return false;
  }

 private:
  Rule rule_;
};

/// Sections of `text` in which each character that `is_delimiter` is one of its own.
template <class Predicate>
std::vector<Section> character_sections(std::string_view text, Predicate is_delimiter) {
  std::vector<text::Range> matches;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = static_cast<std::uint32_t>(at);
    if (is_delimiter(text::next_character(text, at))) {
      matches.push_back({.begin = begin, .end = static_cast<std::uint32_t>(at)});
    }
  }
  return sections_of(matches, text.size());
}

/// Runs of characters of one kind are parts; `kind_of` gives the kind, or a value equal to `dropped` for
/// characters that belong to no part, or `alone` for those that each are one.
template <class Kind, class KindOf>
void cut_runs(std::string_view text, Kind dropped, Kind alone, KindOf kind_of,
              std::vector<text::Range>& parts) {
  Kind last = dropped;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = static_cast<std::uint32_t>(at);
    const Kind kind = kind_of(text::next_character(text, at));
    if (kind != dropped && kind == last && kind != alone) {
      parts.back().end = static_cast<std::uint32_t>(at);
    } else if (kind != dropped) {
      parts.push_back({.begin = begin, .end = static_cast<std::uint32_t>(at)});
    }
    last = kind;
  }
}

/// Cuts at characters that have a property.
template <text::Property kProperty>
struct CutAtProperty {
  Delimiters delimiters;

  void cut(std::string_view text, std::vector<text::Range>& parts) const {
    const auto is_delimiter = [](char32_t character) { return text::has(character, kProperty); };
    if (delimiters == Delimiters::removed) return cut_runs(text, true, true, is_delimiter, parts);
    join_sections(character_sections(text, is_delimiter), delimiters, parts);
  }
};

/// Cuts at one character, which is removed.
struct CutAtCharacter {
  char32_t delimiter;

  void cut(std::string_view text, std::vector<text::Range>& parts) const {
    const auto is_delimiter = [&](char32_t character) { return character == delimiter; };
    cut_runs(text, true, true, is_delimiter, parts);
  }
};

/// Words (\w+) and runs of what is neither a word nor white space.
struct CutWords {
  enum class Kind : std::uint8_t { space, word, symbol, none };

  static Kind kind_of(char32_t character) {
    const text::Properties& known = text::properties(character);
    if (known.has(text::Property::word)) return Kind::word;
    return known.has(text::Property::white_space) ? Kind::space : Kind::symbol;
  }
  void cut(std::string_view text, std::vector<text::Range>& parts) const {
    cut_runs(text, Kind::space, Kind::none, kind_of, parts);
  }
};

/// White space goes, punctuation stands alone.
struct CutAsBert {
  enum class Kind : std::uint8_t { space, punctuation, word };

  static Kind kind_of(char32_t character) {
    const text::Properties& known = text::properties(character);
    if (known.has(text::Property::white_space)) return Kind::space;
    return known.has(text::Property::punctuation) ? Kind::punctuation : Kind::word;
  }
  void cut(std::string_view text, std::vector<text::Range>& parts) const {
    cut_runs(text, Kind::space, Kind::punctuation, kind_of, parts);
  }
};

/// Cuts where the script changes. Characters that go with any script stay with what is before them; at the
/// very beginning of a piece there is nothing, and the library drops them.
struct CutScripts {
  void cut(std::string_view text, std::vector<text::Range>& parts) const {
    const std::size_t before = parts.size();
    std::uint8_t last = 0;
    for (std::size_t at = 0; at < text.size();) {
      const auto begin = static_cast<std::uint32_t>(at);
      const std::uint8_t script = text::properties(text::next_character(text, at)).script;
      const bool starts = script != 0 && script != last;
      if (starts) parts.push_back({.begin = begin, .end = begin});
      if (parts.size() > before) parts.back().end = static_cast<std::uint32_t>(at);
      if (script != 0) last = script;
    }
  }
};

/// Every `length` characters make a part.
struct CutEvery {
  std::size_t length;

  void cut(std::string_view text, std::vector<text::Range>& parts) const {
    std::size_t characters = 0;
    for (std::size_t at = 0; at < text.size(); ++characters) {
      const auto begin = static_cast<std::uint32_t>(at);
      text::next_character(text, at);
      if (characters % length == 0) parts.push_back({.begin = begin, .end = begin});
      parts.back().end = static_cast<std::uint32_t>(at);
    }
  }
};

/// Cuts at the matches of a pattern or a text.
struct CutAtMatches {
  text::Finder finder;
  Delimiters delimiters = Delimiters::isolated;
  bool invert = false;                  // what lies between the matches is the delimiter
  text::WordMatcher matcher = nullptr;  // does the same as `finder`, faster

  /// Errors: as of Finder::find_all.
  Result<void> cut(std::string_view text, std::vector<text::Range>& parts) const;
  bool searches_pattern() const { return matcher == nullptr && finder.searches_pattern(); }
};

}  // namespace dynamo::tokens
