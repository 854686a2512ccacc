#include "text/code_point.h"

namespace dynamo::text {
namespace {

constexpr CodePoint kBrokenByte{kBroken, 1};

bool continues(unsigned char byte) { return (byte & 0xC0U) == 0x80; }

char32_t low_bits(unsigned char byte) { return byte & 0x3FU; }

unsigned char byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

CodePoint two_bytes(std::string_view text, std::size_t at) noexcept {
  if (text.size() - at < 2 || !continues(byte_at(text, at + 1))) return kBrokenByte;
  const char32_t lead = byte_at(text, at) & 0x1FU;
  return {lead << 6 | low_bits(byte_at(text, at + 1)), 2};
}

CodePoint three_bytes(std::string_view text, std::size_t at) noexcept {
  if (text.size() - at < 3) return kBrokenByte;
  const unsigned char second = byte_at(text, at + 1);
  const unsigned char third = byte_at(text, at + 2);
  if (!continues(second) || !continues(third)) return kBrokenByte;
  const char32_t code =
      static_cast<char32_t>(byte_at(text, at) & 0x0FU) << 12 | low_bits(second) << 6 | low_bits(third);
  const bool too_long = code < 0x800;
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  if (too_long || surrogate) return kBrokenByte;
  return {code, 3};
}

CodePoint four_bytes(std::string_view text, std::size_t at) noexcept {
  if (text.size() - at < 4) return kBrokenByte;
  const unsigned char second = byte_at(text, at + 1);
  const unsigned char third = byte_at(text, at + 2);
  const unsigned char fourth = byte_at(text, at + 3);
  if (!continues(second) || !continues(third) || !continues(fourth)) return kBrokenByte;
  const char32_t code = static_cast<char32_t>(byte_at(text, at) & 0x07U) << 18 | low_bits(second) << 12 |
                        low_bits(third) << 6 | low_bits(fourth);
  if (code < 0x10000 || code > kLastCode) return kBrokenByte;
  return {code, 4};
}

}  // namespace

CodePoint long_code_point_at(std::string_view text, std::size_t at) noexcept {
  const unsigned char lead = byte_at(text, at);
  if (lead < 0xC2) return kBrokenByte;  // a continuation, or the lead of what fits in one byte
  if (lead < 0xE0) return two_bytes(text, at);
  if (lead < 0xF0) return three_bytes(text, at);
  if (lead < 0xF5) return four_bytes(text, at);
  return kBrokenByte;
}

std::size_t code_point_before(std::string_view text, std::size_t at) noexcept {
  const std::size_t last = at - 1;
  if (!continues(byte_at(text, last))) return last;
  for (std::size_t begin = last; begin > 0 && at - begin < 4;) {
    --begin;
    if (continues(byte_at(text, begin))) continue;
    const bool whole = code_point_at(text.substr(0, at), begin).size == at - begin;
    return whole ? begin : last;
  }
  return last;
}

void append_code_point(std::string& text, char32_t code) {
  const auto put = [&text](char32_t byte) { text.push_back(static_cast<char>(byte)); };
  const auto put_low = [&put](char32_t bits) { put(0x80U | (bits & 0x3FU)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0U | code >> 6);
    put_low(code);
  } else if (code < 0x10000) {
    put(0xE0U | code >> 12);
    put_low(code >> 6);
    put_low(code);
  } else if (code <= kLastCode) {
    put(0xF0U | code >> 18);
    put_low(code >> 12);
    put_low(code >> 6);
    put_low(code);
  }
}

std::u32string code_points(std::string_view text) {
  std::u32string codes;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint next = code_point_at(text, at);
    codes.push_back(next.code);
    at += next.size;
  }
  return codes;
}

}  // namespace dynamo::text
