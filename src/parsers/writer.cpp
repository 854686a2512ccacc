#include "parsers/writer.h"

#include "parsers/input.h"

namespace dynamo::parsers {
namespace {

constexpr std::string_view kIdCharacters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

void append_random(std::string& out, std::size_t count, const Random& random) {
  for (std::size_t i = 0; i < count; ++i) out += kIdCharacters[random() % kIdCharacters.size()];
}

}  // namespace

void Writer::reasoning(std::string_view text) { say(reasoning_, Delta::Kind::reasoning, text); }

void Writer::content(std::string_view text) { say(content_, Delta::Kind::content, text); }

void Writer::say(Part& part, Delta::Kind kind, std::string_view text) {
  if (text.empty()) return;
  if (!part.begun) {
    part.white += text.substr(0, leading_white(text));
    text.remove_prefix(leading_white(text));
    if (text.empty() && part.white.size() <= kMaxWhite) return;
  }
  std::string said = std::exchange(part.white, {});
  said += text;
  (kind == Delta::Kind::content ? reasoning_ : content_) = {};
  part.begun = true;
  said_anything_ = true;
  append_delta(deltas_, {.kind = kind, .text = std::move(said)});
}

void Writer::begin_call(std::string_view name, std::string id) {
  in_call_ = true;
  telling_ = telling_of_next_call();
  call_ = {.kind = Delta::Kind::call, .id = std::move(id), .name = std::string(name)};
  if (telling_ == Telling::at_once) tell_call();
}

Writer::Telling Writer::telling_of_next_call() const {
  if (settings_.one_call && told_calls_ > 0) return Telling::never;
  return settings_.arguments == Arguments::streamed ? Telling::at_once : Telling::at_its_end;
}

void Writer::tell_call() {
  reasoning_ = {};
  content_ = {};
  said_anything_ = true;
  call_.index = told_calls_++;
  if (call_.id.empty()) call_.id = make_id();
  append_delta(deltas_, std::exchange(call_, {}));
}

void Writer::arguments(std::string_view fragment) {
  if (fragment.empty()) return;
  if (telling_ == Telling::at_its_end) call_.text += fragment;
  if (telling_ != Telling::at_once) return;
  append_delta(deltas_,
               {.kind = Delta::Kind::arguments, .text = std::string(fragment), .index = told_calls_ - 1});
}

void Writer::end_call() {
  if (telling_ == Telling::at_its_end) tell_call();
  in_call_ = false;
  ++complete_calls_;
}

void Writer::break_call() {
  if (call_is_told()) ++broken_calls_;
  in_call_ = false;
  call_ = {};
}

void Writer::whole_call(std::string_view name, std::string_view arguments_text, std::string id) {
  begin_call(name, std::move(id));
  arguments(arguments_text);
  end_call();
}

void Writer::finish() {
  if (!said_anything_ && !content_.white.empty()) {
    append_delta(deltas_, {.kind = Delta::Kind::content, .text = std::exchange(content_.white, {})});
  }
}

std::string Writer::make_id() {
  std::string id = ids_ == IdShape::openai ? "call_" : "";
  append_random(id, ids_ == IdShape::openai ? 24 : 9, settings_.random);
  return id;
}

}  // namespace dynamo::parsers
