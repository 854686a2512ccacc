#include "parsers/element_calls.h"

#include "parsers/utf8_gate.h"

namespace dynamo::parsers {
namespace {

std::vector<std::string> ends_of(const ElementCallsFormat& format) {
  std::vector<std::string> ends{format.markers.call_close};
  if (!format.string_mark.empty()) ends.push_back(format.string_mark);
  return format.last_part_end.empty() ? ends : joined(std::move(ends), format.markers.section_closes);
}

}  // namespace

ElementCallsStage::ElementCallsStage(ElementCallsFormat format)
    : SectionStage(format.markers), format_(std::move(format)), ends_(ends_of(format_)) {}

void ElementCallsStage::begin_call() {
  searched_ = 0;
  in_string_ = false;
}

bool ElementCallsStage::step_call(Writer& out) {
  const auto text = whole_characters(input_.rest(), held_.room(out));
  const auto end = find_end(text);
  if (!end) {
    if (text.size() == input_.rest().size()) return false;
    held_.take(input_, text.size(), out);
    return give_up(out);
  }
  const auto call = format_.read(text.substr(0, end->at), out.tools());
  held_.take(input_, end->at + end->marker->size(), out);
  if (!call) return give_up(out);
  out.whole_call(call->name, call->arguments);
  return end_call();
}

/// The marker that ends the call, if it has come; `searched_` remembers how far there is none.
std::optional<Markers::Hit> ElementCallsStage::find_end(std::string_view text) {
  for (;;) {
    auto hit = ends_.find(text.substr(searched_), false);
    hit.at += searched_;
    searched_ = hit.at;
    if (!hit.marker) return std::nullopt;
    if (is_end(*hit.marker, text.substr(0, hit.at))) return hit;
    searched_ += hit.marker->size();
  }
}

bool ElementCallsStage::is_end(std::string_view marker, std::string_view before) {
  if (marker == format_.string_mark) in_string_ = !in_string_;
  if (marker == format_.string_mark || in_string_) return false;
  return marker == format_.markers.call_close || without_white_end(before).ends_with(format_.last_part_end);
}

}  // namespace dynamo::parsers
