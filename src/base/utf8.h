#pragma once

#include <cstddef>

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

}  // namespace dynamo::utf8
