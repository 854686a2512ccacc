#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// UTF-8, one character at a time, for code that looks at every character of a text. A byte that is not part
// of valid UTF-8 is a character of its own, kBroken.

namespace dynamo::text {

constexpr char32_t kLastCode = 0x10FFFF;
constexpr char32_t kBroken = kLastCode + 1;

struct CodePoint {
  char32_t code;
  std::uint32_t size;  // bytes
};

/// The character of two to four bytes that begins at byte `at`, where text[at] >= 0x80.
CodePoint long_code_point_at(std::string_view text, std::size_t at) noexcept;

/// The character that begins at byte `at < text.size()`.
inline CodePoint code_point_at(std::string_view text, std::size_t at) noexcept {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x80) return {byte, 1};
  return long_code_point_at(text, at);
}

/// Where the character begins that ends before byte `at`, 0 < at <= text.size().
std::size_t code_point_before(std::string_view text, std::size_t at) noexcept;

/// Appends the character in UTF-8; nothing for kBroken.
void append_code_point(std::string& text, char32_t code);

/// The code points of a text.
std::u32string code_points(std::string_view text);

}  // namespace dynamo::text
