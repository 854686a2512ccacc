#include "parsers/utf8_gate.h"

#include "base/utf8.h"

namespace dynamo::parsers {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Character {
  std::size_t bytes;  // of the text; at least 1
  enum class State { whole, broken, cut } state;
};

Character first_character(std::string_view text) {
  using enum Character::State;
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = utf8::length_by_lead(lead);
  if (length == 0) return {1, broken};
  for (std::size_t i = 1; i < length; ++i) {
    if (i == text.size()) return {i, cut};
    const utf8::ByteRange range = i == 1 ? utf8::second_byte(lead) : utf8::ByteRange{0x80, 0xBF};
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
