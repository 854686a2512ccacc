#include "parsers/utf8_gate.h"

#include "base/utf8.h"

namespace dynamo::parsers {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

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
    const utf8::Reading next = utf8::read_character(text);
    if (next.state == utf8::Reading::State::cut) {
      held_ = text;
      break;
    }
    out += next.state == utf8::Reading::State::whole ? text.substr(0, next.size) : kReplacement;
    text.remove_prefix(next.size);
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
  while (end > 0 && utf8::is_continuation(text[end])) --end;
  return text.substr(0, end);
}

}  // namespace dynamo::parsers
