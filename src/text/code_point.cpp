#include "text/code_point.h"

#include "text/utf8.h"

namespace dynamo::text {
namespace {

constexpr CodePoint kBrokenByte{kBroken, 1};

}  // namespace

CodePoint long_code_point_at(std::string_view text, std::size_t at) noexcept {
  const utf8::Reading reading = utf8::read_character({text.data() + at, text.size() - at});
  if (reading.state != utf8::Reading::State::whole) return kBrokenByte;
  return {character_of(text, at, reading.size), static_cast<std::uint32_t>(reading.size)};
}

std::size_t code_point_before(std::string_view text, std::size_t at) noexcept {
  const std::size_t last = at - 1;
  if (!is_continuation(text[last])) return last;
  for (std::size_t begin = last; begin > 0 && at - begin < 4;) {
    --begin;
    if (is_continuation(text[begin])) continue;
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
