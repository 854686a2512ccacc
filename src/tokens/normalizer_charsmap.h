#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace dynamo::tokens {

/// The character map that sentencepiece models carry: beginnings of text, and what they are replaced by.
/// Source: sentencepiece's "precompiled charsmap": the size of a double-array trie of bytes in bytes (u32),
/// its units (u32 each, little-endian), and then the replacements, each ended by a zero.
class Charsmap {
 public:
  /// Reads the map. Errors: invalid when it is cut short or its replacements are not UTF-8; unsupported for
  /// one that is longer than any that is needed.
  static Result<Charsmap> parse(std::string_view bytes);

  /// What stands for the shortest beginning of `text` that the map has.
  std::optional<std::string_view> find(std::string_view text) const;

  /// Length of the longest beginning of `text` that rewrite() keeps, at a border of graphemes.
  std::size_t unchanged_prefix(std::string_view text) const;
  /// Replaces each grapheme of up to five bytes that the map knows a beginning of, else character by
  /// character. The graphemes and the limit are those of the `tokenizers` library; sentencepiece itself goes
  /// differently.
  template <class Out>
  void rewrite(std::string_view text, Out& out) const;

 private:
  std::optional<std::uint32_t> find_offset(std::string_view text) const;
  void note_ascii();
  bool changes(std::string_view grapheme) const;

  std::vector<std::uint32_t> units_;
  std::string replacements_;
  std::array<bool, 128> knows_ascii_{};  // find() of this one character finds something
};

}  // namespace dynamo::tokens
