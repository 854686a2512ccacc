#include "parsers/reasoning_tags.h"

namespace dynamo::parsers {

ReasoningTagsStage::ReasoningTagsStage(const ReasoningTags& format, Begin begin, std::unique_ptr<Stage> next)
    : opens_(format.opens),
      ends_(joined(format.closes, format.interrupts)),
      interrupts_(format.interrupts),
      once_(format.once),
      may_be_json_(begin == Begin::inside_unless_json),
      state_(begin == Begin::outside ? State::outside : State::beginning),
      next_(std::move(next)) {}

bool ReasoningTagsStage::step(Writer& out) {
  if (input_.empty()) return false;
  switch (state_) {
    case State::beginning:
      return step_beginning();
    case State::inside:
      return step_inside(out);
    case State::outside:
      return step_outside(out);
    case State::rest:
      next_->feed(input_.take(input_.rest().size()), out);
      return false;
  }
  return false;
}

/// The opening marker may stand there although the format does without it.
bool ReasoningTagsStage::step_beginning() {
  state_ = State::inside;
  const std::size_t white = leading_white(input_.rest());
  if (white > kMaxWhite) return true;
  const auto text = input_.rest().substr(white);
  const auto start = opens_.at_start(text, input_.closed());
  if (start.match == Match::maybe) {
    state_ = State::beginning;
  } else if (start.match == Match::yes) {
    input_.take(white + start.marker.size());
  } else if (may_be_json_ && (text.starts_with('{') || text.starts_with('['))) {
    state_ = State::outside;
  }
  return start.match != Match::maybe;
}

bool ReasoningTagsStage::step_inside(Writer& out) {
  const auto hit = ends_.find(input_.rest(), input_.closed());
  out.reasoning(input_.take(hit.at));
  if (!hit.marker) return false;
  if (std::ranges::find(interrupts_, *hit.marker) == interrupts_.end()) input_.take(hit.marker->size());
  state_ = once_ ? State::rest : State::outside;
  return true;
}

bool ReasoningTagsStage::step_outside(Writer& out) {
  const auto hit = opens_.find(input_.rest(), input_.closed());
  next_->feed(input_.take(hit.at), out);
  if (!hit.marker) return false;
  const auto marker = input_.take(hit.marker->size());
  if (next_->reads_call()) {
    next_->feed(marker, out);
  } else {
    state_ = State::inside;
  }
  return true;
}

}  // namespace dynamo::parsers
