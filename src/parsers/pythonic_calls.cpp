#include "parsers/pythonic_calls.h"

#include "parsers/python_literal.h"
#include "parsers/utf8_gate.h"

namespace dynamo::parsers {
namespace {

constexpr std::string_view kWrapperOpen = "<|python_start|>";
constexpr std::string_view kWrapperClose = "<|python_end|>";
constexpr std::size_t kMaxBrackets = 64;

bool is_white(char c) { return kWhite.find(c) != std::string_view::npos; }
bool begins_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool in_word(char c) { return begins_word(c) || (c >= '0' && c <= '9'); }

}  // namespace

Progress CallListScanner::take(char c) {
  if (!step(c)) return Progress::bad;
  return complete_ ? Progress::done : Progress::more;
}

bool CallListScanner::step(char c) {
  switch (at_) {
    case At::open:
      at_ = At::call;
      return c == '[';
    case At::call:
      return is_white(c) || begin_word(c, At::name);
    case At::name:
      return take_in_name(c);
    case At::argument:
      if (c == ')') at_ = At::after_call;
      return c == ')' || is_white(c) || begin_word(c, At::argument_name);
    case At::argument_name:
      return take_in_argument_name(c);
    case At::equals:
      at_ = At::value;
      return c != '=' && take_in_value(c);
    case At::value:
      return take_in_value(c);
    case At::string:
      return take_in_string(c);
    case At::escape:
      at_ = At::string;
      return true;
    case At::after_call:
      complete_ = c == ']';
      if (c == ',') at_ = At::call;
      return complete_ || c == ',' || is_white(c);
  }
  return false;
}

bool CallListScanner::begin_word(char c, At at) {
  at_ = at;
  word_ended_ = false;
  return begins_word(c);
}

bool CallListScanner::take_in_name(char c) {
  if (c == '(') at_ = At::argument;
  return c == '(' || c == '.' || in_word(c);
}

bool CallListScanner::take_in_argument_name(char c) {
  if (c == '=') at_ = At::equals;
  if (is_white(c)) word_ended_ = true;
  return c == '=' || is_white(c) || (!word_ended_ && in_word(c));
}

bool CallListScanner::take_in_value(char c) {
  if (c == '\'' || c == '"') {
    quote_ = c;
    opening_quotes_ = 1;
    closing_quotes_ = 0;
    thrice_ = false;
    at_ = At::string;
  } else if (c == '[' || c == '(' || c == '{') {
    if (brackets_.size() == kMaxBrackets) return false;
    brackets_ += c == '[' ? ']' : c == '(' ? ')' : '}';
  } else if (!brackets_.empty() && (c == ']' || c == ')' || c == '}')) {
    if (brackets_.back() != c) return false;
    brackets_.pop_back();
  } else if (brackets_.empty() && c == ',') {
    at_ = At::argument;
  } else if (brackets_.empty() && c == ')') {
    at_ = At::after_call;
  } else if (c == ']' || c == '}') {
    return false;
  }
  return true;
}

bool CallListScanner::take_in_string(char c) {
  if (opening_quotes_ > 0 && c == quote_) {
    thrice_ = ++opening_quotes_ == 3;
    if (thrice_) opening_quotes_ = 0;
    return true;
  }
  if (opening_quotes_ == 2) {  // that was the empty string
    at_ = At::value;
    return take_in_value(c);
  }
  opening_quotes_ = 0;
  if (c == '\\') at_ = At::escape;
  closing_quotes_ = c == quote_ ? closing_quotes_ + 1 : 0;
  if (closing_quotes_ == (thrice_ ? 3 : 1)) at_ = At::value;
  return true;
}

PythonicCallsStage::PythonicCallsStage()
    : opens_({"[", std::string(kWrapperOpen)}),
      wrappers_({std::string(kWrapperOpen), std::string(kWrapperClose)}) {}

bool PythonicCallsStage::step(Writer& out) {
  if (input_.empty()) return false;
  switch (state_) {
    case State::text:
      return step_text(out);
    case State::wrapped:
      return step_wrapped(out);
    case State::list:
      return step_list(out);
    case State::after:
      return step_after();
  }
  return false;
}

bool PythonicCallsStage::step_text(Writer& out) {
  const auto hit = opens_.find(input_.rest(), input_.closed());
  out.content(input_.take(hit.at));
  if (!hit.marker) return false;
  scanner_ = {};
  scanned_ = 0;
  state_ = State::list;
  if (*hit.marker == kWrapperOpen) {
    held_.take(input_, hit.marker->size(), out);
    state_ = State::wrapped;
  }
  return true;
}

bool PythonicCallsStage::step_wrapped(Writer& out) {
  const std::size_t white = leading_white(input_.rest());
  if (white > held_.room(out)) return give_up(0, out);
  held_.take(input_, white, out);
  if (input_.empty()) return false;
  if (input_.rest()[0] != '[') return give_up(0, out);
  state_ = State::list;
  return true;
}

bool PythonicCallsStage::step_list(Writer& out) {
  const auto text = whole_characters(input_.rest(), held_.room(out));
  while (scanned_ < text.size()) {
    const Progress progress = scanner_.take(text[scanned_]);
    if (progress == Progress::bad) return give_up(scanned_, out);
    ++scanned_;
    if (progress == Progress::done) return end_list(scanned_, out);
  }
  return text.size() < input_.rest().size() && give_up(scanned_, out);
}

bool PythonicCallsStage::end_list(std::size_t size, Writer& out) {
  const auto calls = parse_python_calls(input_.rest().substr(0, size));
  const bool allowed = calls && std::ranges::all_of(*calls, [&out](const PythonCall& call) {
                         return out.tools().allow(call.name);
                       });
  if (!allowed) return give_up(size, out);
  for (const auto& call : *calls) out.whole_call(call.name, call.arguments);
  held_.forget();
  input_.take(size);
  state_ = State::after;
  return true;
}

bool PythonicCallsStage::step_after() {
  input_.take(leading_white(input_.rest()));
  if (input_.empty()) return false;
  const auto start = wrappers_.at_start(input_.rest(), input_.closed());
  if (start.match == Match::maybe) return false;
  const bool closes = start.match == Match::yes && start.marker == kWrapperClose;
  if (closes) input_.take(start.marker.size());
  if (!closes) state_ = State::text;
  return true;
}

/// The bracket was none of a list of calls: `size` bytes are content.
bool PythonicCallsStage::give_up(std::size_t size, Writer& out) {
  held_.take(input_, size, out);
  out.content(held_.release(out));
  state_ = State::text;
  return true;
}

void PythonicCallsStage::end(Writer& out) { give_up(input_.rest().size(), out); }

}  // namespace dynamo::parsers
