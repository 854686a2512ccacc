#include "text/utf8.h"

#include <algorithm>
#include <cstring>

namespace dynamo::text {
namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);
constexpr std::uint64_t kHighBits = 0x8080808080808080;

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
      const utf8::Reading reading = utf8::read_character(text.substr(at));
      if (reading.state != utf8::Reading::State::whole) return at;
      at += reading.size;
    }
    if (at == text.size()) return at;
  }
}

std::size_t broken_prefix(std::string_view text) { return utf8::read_character(text).size; }

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !is_continuation(c); }));
}

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
