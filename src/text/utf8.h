#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/utf8.h"

// UTF-8, strictly and fast. This is the one place that decides what broken bytes mean: each longest beginning
// of a character that is not continued, and each byte that begins none, counts as one U+FFFD, as Unicode
// recommends and Rust's `from_utf8_lossy` and Python's `errors="replace"` do it. Behind it, all texts are
// valid.

namespace dynamo::text {

/// U+FFFD.
inline constexpr std::string_view kReplacementUtf8 = "\xEF\xBF\xBD";

/// Length of the longest beginning of `text` that is valid UTF-8.
std::size_t valid_prefix(std::string_view text);
/// Length of the bytes at the beginning of `text` that count as one U+FFFD; `text` begins with broken ones.
std::size_t broken_prefix(std::string_view text);
inline bool is_valid(std::string_view text) { return valid_prefix(text) == text.size(); }
/// `text` with U+FFFD for what is broken.
std::string repaired(std::string_view text);

/// Length of the longest beginning of `text` that is ASCII.
std::size_t ascii_prefix(std::string_view text);

/// Bytes of the character that begins with `lead`, in valid UTF-8.
constexpr std::size_t sequence_size(char lead) noexcept {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

using utf8::is_continuation;

/// Characters of `text`, which must be valid.
std::size_t count_characters(std::string_view text);

/// The character of `size` bytes, which must be valid, that begins at byte `at` of `text`.
inline char32_t character_of(std::string_view text, std::size_t at, std::size_t size) noexcept {
  const auto byte = [&](std::size_t n) {
    return static_cast<char32_t>(static_cast<unsigned char>(text[at + n]));
  };
  const auto rest = [&](std::size_t n) { return byte(n) & 0x3F; };
  switch (size) {
    case 1:
      return byte(0);
    case 2:
      return (byte(0) & 0x1F) << 6 | rest(1);
    case 3:
      return (byte(0) & 0x0F) << 12 | rest(1) << 6 | rest(2);
    default:
      return (byte(0) & 0x07) << 18 | rest(1) << 12 | rest(2) << 6 | rest(3);
  }
}

/// The character at byte `at` of `text`, which must be valid; `at` moves behind it.
inline char32_t next_character(std::string_view text, std::size_t& at) noexcept {
  const std::size_t begin = at;
  at += sequence_size(text[begin]);
  return character_of(text, begin, at - begin);
}

}  // namespace dynamo::text
