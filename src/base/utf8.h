#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// The shape of UTF-8 (Unicode 15, table 3-7), for whoever walks over bytes that may be broken.
namespace dynamo::utf8 {

struct ByteRange {
  unsigned char low;
  unsigned char high;
  constexpr bool has(char c) const noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= low && byte <= high;
  }
};

/// Bytes of a character that begins with `lead`; 0 for a byte that begins none.
constexpr std::size_t length_by_lead(unsigned char lead) noexcept {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

/// Whether `c` is a byte of a character that is not its first.
constexpr bool is_continuation(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// What the second byte may be: this rules out overlong forms, surrogates and code points above U+10FFFF.
constexpr ByteRange second_byte(unsigned char lead) noexcept {
  switch (lead) {
    case 0xE0:
      return {0xA0, 0xBF};
    case 0xED:
      return {0x80, 0x9F};
    case 0xF0:
      return {0x90, 0xBF};
    case 0xF4:
      return {0x80, 0x8F};
    default:
      return {0x80, 0xBF};
  }
}

/// What may follow a first byte.
struct Lead {
  std::uint8_t length;  // of the character; 0 for a byte that begins none
  ByteRange second;
};
inline constexpr auto kLeads = [] {
  std::array<Lead, 256> leads{};
  for (std::size_t byte = 0; byte < leads.size(); ++byte) {
    const auto lead = static_cast<unsigned char>(byte);
    leads[byte] = {static_cast<std::uint8_t>(length_by_lead(lead)), second_byte(lead)};
  }
  return leads;
}();

/// What a text begins with.
struct Reading {
  enum class State : std::uint8_t {
    whole,   // a character
    cut,     // the beginning of one, and the end of the text
    broken,  // bytes that no character begins with, or not in this way
  };
  std::size_t size;  // bytes of the longest beginning that agrees with one character; at least 1
  State state;
};

/// Reads the first character of `text`, which is not empty.
constexpr Reading read_character(std::string_view text) noexcept {
  using enum Reading::State;
  const auto [length, second] = kLeads[static_cast<unsigned char>(text[0])];
  if (length < 2) return {1, length == 1 ? whole : broken};
  if (text.size() == 1) return {1, cut};
  if (!second.has(text[1])) return {1, broken};
  for (std::size_t size = 2; size < length; ++size) {
    if (size == text.size()) return {size, cut};
    if (!is_continuation(text[size])) return {size, broken};
  }
  return {length, whole};
}

/// Bytes of the character that `text` begins with; 0 when it begins with none.
constexpr std::size_t character_size(std::string_view text) noexcept {
  if (text.empty()) return 0;
  const Reading reading = read_character(text);
  return reading.state == Reading::State::whole ? reading.size : 0;
}

}  // namespace dynamo::utf8
