#include "parsers/section_stage.h"

namespace dynamo::parsers {

SectionStage::SectionStage(const SectionMarkers& markers)
    : call_open_(markers.call_open),
      closes_(joined(markers.section_closes, {markers.call_close})),
      opens_(joined(markers.section_opens, {markers.call_open})),
      marks_(joined(joined(markers.section_opens, {markers.call_open}), closes_)) {}

bool SectionStage::step(Writer& out) {
  if (input_.empty()) return false;
  switch (state_) {
    case State::text:
      return step_text(out);
    case State::between:
      return step_between(out);
    case State::call:
      return step_call(out);
  }
  return false;
}

bool SectionStage::step_text(Writer& out) {
  const auto hit = opens_.find(input_.rest(), input_.closed());
  out.content(input_.take(hit.at));
  return hit.marker && take_marker(*hit.marker, out);
}

bool SectionStage::take_marker(std::string_view marker, Writer& out) {
  held_.take(input_, marker.size(), out);
  if (std::ranges::find(closes_, marker) != closes_.end()) held_.forget();
  state_ = marker == call_open_ ? State::call : State::between;
  if (state_ == State::call) begin_call();
  return true;
}

bool SectionStage::step_between(Writer& out) {
  const std::size_t white = leading_white(input_.rest());
  if (white > held_.room(out)) return give_up(out);
  if (held_.empty()) {
    input_.take(white);
  } else {
    held_.take(input_, white, out);
  }
  if (input_.empty()) return false;
  const auto start = marks_.at_start(input_.rest(), input_.closed());
  if (start.match == Match::maybe) return false;
  return start.match == Match::yes ? take_marker(start.marker, out) : give_up(out);
}

bool SectionStage::end_call() {
  held_.forget();
  state_ = State::between;
  return true;
}

bool SectionStage::give_up(Writer& out) {
  out.content(held_.release(out));
  state_ = State::text;
  return true;
}

void SectionStage::end(Writer& out) {
  out.content(held_.release(out));
  out.content(input_.take(input_.rest().size()));
}

}  // namespace dynamo::parsers
