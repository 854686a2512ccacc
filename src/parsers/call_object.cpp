#include "parsers/call_object.h"

#include "parsers/input.h"

namespace dynamo::parsers {
namespace {

/// Members that are no more than this are compared with the names of a call's members.
constexpr std::size_t kMaxKey = 4096;

bool is_one_of(std::string_view key, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, key) != names.end();
}

/// The object that a value of `arguments` stands for: null and no text stand for the empty one, a string for
/// the object that it holds.
std::optional<std::string> as_object(std::string_view value) {
  if (value == "null") return "{}";
  if (value.starts_with('{')) return std::string(value);
  const auto text = unquoted(value);
  if (!text) return std::nullopt;
  if (trimmed(*text).empty()) return "{}";
  auto inner = whole_json(*text);
  return inner && inner->starts_with('{') ? inner : std::nullopt;
}

}  // namespace

Fed CallObject::feed(std::string_view text, Writer& out) {
  std::size_t used = 0;
  while (used < text.size() && state_ != State::done) {
    if (!take(text, used, out)) return {used, Progress::bad};
  }
  return {used, state_ == State::done ? Progress::done : Progress::more};
}

bool CallObject::take(std::string_view text, std::size_t& used, Writer& out) {
  if (state_ == State::in_key || state_ == State::in_value) return scan(text, used, out);
  const char c = text[used];
  if (kWhite.find(c) != std::string_view::npos) {
    ++used;
    return true;
  }
  if (state_ == State::value) return begin_value(c, out);
  if (!take_mark(c, out)) return false;
  if (state_ != State::in_key) ++used;
  return true;
}

/// The punctuation of the object. The quote of a key is left to the scanner.
bool CallObject::take_mark(char c, Writer& out) {
  switch (state_) {
    case State::open:
      state_ = State::first_key;
      return c == '{';
    case State::first_key:
    case State::key:
      if (c != '"') return c == '}' && state_ == State::first_key && end_object(out);
      scanner_ = {};
      scanned_.clear();
      state_ = State::in_key;
      return true;
    case State::colon:
      state_ = State::value;
      return c == ':';
    case State::after_value:
      if (c == '}') return end_object(out);
      state_ = State::key;
      return c == ',';
    case State::in_key:
    case State::value:
    case State::in_value:
    case State::done:
      return false;
  }
  return false;
}

bool CallObject::scan(std::string_view text, std::size_t& used, Writer& out) {
  const Fed fed = scanner_.feed(text.substr(used), scanned_);
  used += fed.used;
  if (arguments_ == ArgumentsState::streaming && state_ == State::in_value) {
    out.arguments(scanned_);
    scanned_.clear();
  }
  if (fed.progress == Progress::bad) return false;
  if (state_ == State::in_key && scanned_.size() > kMaxKey) return false;
  if (state_ == State::in_value && member_ == Member::other) scanned_.clear();
  if (fed.progress == Progress::more) return true;
  return state_ == State::in_key ? end_key() : end_value(out);
}

bool CallObject::end_key() {
  const std::string key = unquoted(scanned_).value_or("");
  const bool first = name_.empty() && arguments_ == ArgumentsState::none;
  member_ = Member::other;
  if (key == "name") member_ = Member::name;
  if (key == "id") member_ = Member::id;
  if (is_one_of(key, {"arguments", "parameters"})) member_ = Member::arguments;
  if (rules_.needs_arguments && first && member_ == Member::other && key != "type") return false;
  state_ = State::colon;
  return true;
}

bool CallObject::begin_value(char c, Writer& out) {
  scanner_ = {};
  scanned_.clear();
  state_ = State::in_value;
  if (member_ == Member::name) return c == '"' && name_.empty();
  if (member_ != Member::arguments) return true;
  if (arguments_ != ArgumentsState::none) return false;
  if (c == '{' && !name_.empty()) {
    begin_call(out);
    arguments_ = ArgumentsState::streaming;
  }
  return c == '{' || c == '"' || c == 'n';
}

bool CallObject::end_value(Writer& out) {
  state_ = State::after_value;
  switch (member_) {
    case Member::name:
      return end_name(out);
    case Member::arguments:
      return end_arguments(out);
    case Member::id:
      if (rules_.model_ids) id_ = unquoted(scanned_).value_or("");
      return true;
    case Member::other:
      return true;
  }
  return false;
}

bool CallObject::end_name(Writer& out) {
  name_ = unquoted(scanned_).value_or("");
  if (!out.tools().allow(name_)) return false;
  if (arguments_ != ArgumentsState::held) return true;
  begin_call(out);
  out.arguments(held_arguments_);
  arguments_ = ArgumentsState::told;
  return true;
}

bool CallObject::end_arguments(Writer& out) {
  if (arguments_ == ArgumentsState::streaming) {
    arguments_ = ArgumentsState::told;
    return true;
  }
  auto whole = as_object(scanned_);
  if (!whole) return false;
  held_arguments_ = std::move(*whole);
  arguments_ = ArgumentsState::held;
  if (name_.empty()) return true;
  begin_call(out);
  out.arguments(held_arguments_);
  arguments_ = ArgumentsState::told;
  return true;
}

bool CallObject::end_object(Writer& out) {
  state_ = State::done;
  if (arguments_ == ArgumentsState::told) return true;
  if (name_.empty() || rules_.needs_arguments) return false;
  begin_call(out);
  out.arguments("{}");
  arguments_ = ArgumentsState::told;
  return true;
}

void CallObject::begin_call(Writer& out) { out.begin_call(name_, std::exchange(id_, {})); }

}  // namespace dynamo::parsers
