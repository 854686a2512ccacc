#include "parsers/utf8_gate.h"

namespace dynamo::parsers {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct ByteRange {
  unsigned char low;
  unsigned char high;
  bool has(char c) const {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= low && byte <= high;
  }
};

/// Unicode 15, table 3-7: the second byte tells overlong forms, surrogates and what is above U+10FFFF.
ByteRange second_byte(unsigned char lead) {
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

std::size_t length_by_lead(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

struct Character {
  std::size_t bytes;  // of the text; at least 1
  enum class State { whole, broken, cut } state;
};

Character first_character(std::string_view text) {
  using enum Character::State;
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = length_by_lead(lead);
  if (length == 0) return {1, broken};
  for (std::size_t i = 1; i < length; ++i) {
    if (i == text.size()) return {i, cut};
    const ByteRange range = i == 1 ? second_byte(lead) : ByteRange{0x80, 0xBF};
    if (!range.has(text[i])) return {i, broken};
  }
  return {length, whole};
}

std::size_t ascii_run(std::string_view text) {
  std::size_t run = 0;
  while (run < text.size() && static_cast<unsigned char>(text[run]) < 0x80) ++run;
  return run;
}

}  // namespace

std::string Utf8Gate::pass(std::string_view piece) {
  std::string joined = std::move(held_);
  held_.clear();
  joined += piece;
  std::string_view text = joined;
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t run = ascii_run(text);
    out += text.substr(0, run);
    text.remove_prefix(run);
    if (text.empty()) break;
    const Character next = first_character(text);
    if (next.state == Character::State::cut) {
      held_ = text;
      break;
    }
    out += next.state == Character::State::whole ? text.substr(0, next.bytes) : kReplacement;
    text.remove_prefix(next.bytes);
  }
  return out;
}

std::string Utf8Gate::close() {
  const bool cut = !held_.empty();
  held_.clear();
  return std::string(cut ? kReplacement : "");
}

std::string_view whole_characters(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  std::size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace dynamo::parsers
