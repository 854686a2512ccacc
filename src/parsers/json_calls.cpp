#include "parsers/json_calls.h"

#include "parsers/utf8_gate.h"

namespace dynamo::parsers {
namespace {

constexpr std::string_view kArgs = "[ARGS]";
constexpr std::string_view kCallId = "[CALL_ID]";
constexpr std::size_t kMaxId = 64;

}  // namespace

JsonCallsStage::JsonCallsStage(const JsonCallsFormat& format)
    : inline_names_(format.inline_names),
      opens_(format.opens),
      marks_(joined(format.opens, format.closes)),
      closes_(format.closes),
      state_(format.bare ? State::beginning : State::text) {}

bool JsonCallsStage::step(Writer& out) {
  if (input_.empty()) return false;
  switch (state_) {
    case State::beginning:
      return step_beginning();
    case State::text:
      return step_text(out);
    case State::body:
      return step_body(out);
    case State::object:
      return step_object(out);
    case State::after:
      return step_after(out);
    case State::name:
      return step_name(out);
    case State::id:
      return step_id(out);
    case State::arguments:
      return step_arguments(out);
  }
  return false;
}

bool JsonCallsStage::step_beginning() {
  const auto text = input_.rest();
  const std::size_t white = leading_white(text);
  if (white == text.size() && white <= kMaxWhite) return false;
  in_bare_ = white <= kMaxWhite && (text[white] == '{' || text[white] == '[');
  state_ = in_bare_ ? State::body : State::text;
  return true;
}

bool JsonCallsStage::step_text(Writer& out) {
  const auto hit = opens_.find(input_.rest(), input_.closed());
  out.content(input_.take(hit.at));
  if (!hit.marker) return false;
  begin_body(hit.marker->size(), out);
  return true;
}

void JsonCallsStage::begin_body(std::size_t marker_bytes, Writer& out) {
  held_.take(input_, marker_bytes, out);
  in_bare_ = false;
  in_list_ = false;
  in_block_ = true;
  state_ = State::body;
}

bool JsonCallsStage::step_body(Writer& out) {
  const std::size_t white = leading_white(input_.rest());
  if (white > held_.room(out)) return give_up(out);
  held_.take(input_, white, out);
  if (input_.empty()) return false;
  const char c = input_.rest()[0];
  if (c == '{') {
    object_ = CallObject({.needs_arguments = in_bare_, .model_ids = inline_names_});
    state_ = State::object;
    return true;
  }
  if (c == '[' && !in_list_) {
    held_.take(input_, 1, out);
    in_list_ = true;
    return true;
  }
  if (c == ']' && in_list_ && !in_bare_) {
    held_.forget();
    state_ = State::after;
    return true;
  }
  if (!inline_names_ || in_list_) return give_up(out);
  name_.clear();
  state_ = State::name;
  return true;
}

bool JsonCallsStage::step_object(Writer& out) {
  const auto piece = whole_characters(input_.rest(), held_.room(out));
  if (piece.empty()) return give_up(out);
  const Fed fed = object_.feed(piece, out);
  held_.take(input_, fed.used, out);
  if (fed.progress == Progress::more) return true;
  // An object that is not closed properly behind its arguments was still a call.
  return fed.progress == Progress::done || object_.has_whole_call() ? end_call(out) : give_up(out);
}

bool JsonCallsStage::end_call(Writer& out) {
  out.end_call();
  held_.forget();
  state_ = State::after;
  return true;
}

/// Between calls: separators and markers are taken, anything else is text again.
bool JsonCallsStage::step_after(Writer& out) {
  input_.take(leading_white(input_.rest()));
  if (input_.empty()) return false;
  const char c = input_.rest()[0];
  const auto start = marks_.at_start(input_.rest(), input_.closed());
  if (start.match == Match::yes && std::ranges::find(closes_, start.marker) == closes_.end()) {
    begin_body(start.marker.size(), out);
  } else if (start.match == Match::yes) {
    input_.take(start.marker.size());
    in_block_ = false;
    in_list_ = false;
  } else if (in_list_ && c == ']') {
    input_.take(1);
    in_list_ = false;
  } else if (c == (in_list_ ? ',' : ';') && (in_block_ || in_bare_)) {
    held_.take(input_, 1, out);
    state_ = State::body;
  } else if (c == '{' && (in_block_ || in_bare_)) {
    state_ = State::body;
  } else if (start.match == Match::maybe) {
    return false;
  } else {
    state_ = State::text;
  }
  return true;
}

bool JsonCallsStage::step_name(Writer& out) {
  const auto text = input_.rest();
  const auto more = text.substr(0, text.find_first_of("{["));
  if (name_.size() + more.size() > kMaxToolName) return give_up(out);
  name_ += more;
  if (trimmed(name_).find_first_of(kWhite) != std::string_view::npos) return give_up(out);
  held_.take(input_, more.size(), out);
  if (input_.empty()) return false;
  if (!out.tools().allow(trimmed(name_))) return give_up(out);
  return end_name(out);
}

/// Behind the name stands `{`, or a marker.
bool JsonCallsStage::end_name(Writer& out) {
  const Match args = begins_with(input_.rest(), kArgs, input_.closed());
  const Match id = begins_with(input_.rest(), kCallId, input_.closed());
  if (args == Match::maybe || id == Match::maybe) return false;
  if (args == Match::yes) held_.take(input_, kArgs.size(), out);
  if (id == Match::yes) held_.take(input_, kCallId.size(), out);
  arguments_.expect(trimmed(name_));
  state_ = id == Match::yes ? State::id : State::arguments;
  return true;
}

bool JsonCallsStage::step_id(Writer& out) {
  const auto text = input_.rest().substr(0, kMaxId);
  const std::size_t end = text.find(kArgs);
  if (end == std::string_view::npos) return text.size() < kMaxId ? false : give_up(out);
  arguments_.expect(trimmed(name_), trimmed(text.substr(0, end)));
  held_.take(input_, end + kArgs.size(), out);
  state_ = State::arguments;
  return true;
}

bool JsonCallsStage::step_arguments(Writer& out) {
  const Progress progress = arguments_.read(input_, held_, out);
  if (progress == Progress::more) return false;
  if (progress == Progress::bad) return give_up(out);
  state_ = State::after;
  return true;
}

bool JsonCallsStage::give_up(Writer& out) {
  out.content(held_.release(out));
  in_bare_ = false;
  in_list_ = false;
  in_block_ = false;
  state_ = State::text;
  return true;
}

void JsonCallsStage::end(Writer& out) {
  if (state_ == State::object && object_.has_whole_call()) {
    end_call(out);
  } else {
    out.content(held_.release(out));
  }
  out.content(input_.take(input_.rest().size()));
}

}  // namespace dynamo::parsers
