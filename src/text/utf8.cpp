#include "text/utf8.h"

#include <cstring>

namespace dynamo::text {
namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);
constexpr std::uint64_t kHighBits = 0x8080808080808080;

/// What may follow a first byte: how many bytes, and the bounds of the first of them (Unicode, table 3-7).
struct Sequence {
  std::uint8_t size = 0;  // 0: begins no character
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xBF;
};

constexpr Sequence sequence_of(unsigned char lead) {
  if (lead < 0x80) return {.size = 1};
  if (lead < 0xC2) return {};
  if (lead < 0xE0) return {.size = 2};
  if (lead == 0xE0) return {.size = 3, .low = 0xA0};
  if (lead == 0xED) return {.size = 3, .high = 0x9F};
  if (lead < 0xF0) return {.size = 3};
  if (lead == 0xF0) return {.size = 4, .low = 0x90};
  if (lead < 0xF4) return {.size = 4};
  if (lead == 0xF4) return {.size = 4, .high = 0x8F};
  return {};
}

/// Bytes at the beginning of `text` that agree with one character, and whether they are all of it.
struct Reading {
  std::size_t size;
  bool complete;
};

Reading read_one(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const Sequence sequence = sequence_of(byte(0));
  if (sequence.size < 2) return {1, sequence.size == 1};
  if (text.size() < 2 || byte(1) < sequence.low || byte(1) > sequence.high) return {1, false};
  std::size_t size = 2;
  while (size < sequence.size && size < text.size() && is_continuation(text[size])) ++size;
  return {size, size == sequence.size};
}

}  // namespace

std::size_t ascii_prefix(std::string_view text) {
  std::size_t at = 0;
  for (; at + kWord <= text.size(); at += kWord) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, kWord);
    if ((word & kHighBits) != 0) break;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

std::size_t valid_prefix(std::string_view text) {
  std::size_t at = 0;
  while (true) {
    at += ascii_prefix(text.substr(at));
    while (at < text.size() && static_cast<unsigned char>(text[at]) >= 0x80) {
      const Reading reading = read_one(text.substr(at));
      if (!reading.complete) return at;
      at += reading.size;
    }
    if (at == text.size()) return at;
  }
}

std::size_t broken_prefix(std::string_view text) { return read_one(text).size; }

std::string repaired(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (true) {
    const std::size_t valid = valid_prefix(text);
    out.append(text.substr(0, valid));
    text.remove_prefix(valid);
    if (text.empty()) return out;
    out.append(kReplacementUtf8);
    text.remove_prefix(broken_prefix(text));
  }
}

}  // namespace dynamo::text
