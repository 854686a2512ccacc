#include "parsers/forced_call.h"

#include "parsers/utf8_gate.h"

namespace dynamo::parsers {

bool ForcedCallStage::step(Writer& out) {
  if (input_.empty()) return false;
  switch (state_) {
    case State::beginning:
      return step_beginning();
    case State::arguments:
      return step_arguments(out);
    case State::rest:
      next_->feed(input_.take(input_.rest().size()), out);
      return false;
  }
  return false;
}

bool ForcedCallStage::step_beginning() {
  const std::size_t white = leading_white(input_.rest());
  if (white == input_.rest().size() && white <= kMaxWhite) return false;
  const bool begins = white <= kMaxWhite && input_.rest()[white] == '{';
  state_ = begins ? State::arguments : State::rest;
  return true;
}

bool ForcedCallStage::step_arguments(Writer& out) {
  if (!out.in_call()) out.begin_call(name_);
  const auto piece = whole_characters(input_.rest(), held_.room(out));
  std::string fragment;
  const Fed fed = scanner_.feed(piece, fragment);
  out.arguments(fragment);
  held_.take(input_, fed.used, out);
  if (fed.progress == Progress::more && !piece.empty()) return true;
  if (fed.progress == Progress::done) {
    out.end_call();
    held_.forget();
  } else {
    next_->feed(held_.release(out), out);
  }
  state_ = State::rest;
  return true;
}

void ForcedCallStage::end(Writer& out) {
  if (state_ == State::arguments) next_->feed(held_.release(out), out);
  next_->feed(input_.take(input_.rest().size()), out);
  next_->finish(out);
}

}  // namespace dynamo::parsers
