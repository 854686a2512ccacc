#include "parsers/marked_calls.h"

#include "parsers/utf8_gate.h"

namespace dynamo::parsers {
namespace {

using Header = MarkedCallsFormat::Header;

constexpr std::string_view kFence = "```";
constexpr std::string_view kJsonFence = "```json";
constexpr std::size_t kMaxHeader = kMaxToolName + 64;

std::vector<std::string> marks_of(const MarkedCallsFormat& format) {
  auto marks = joined(format.section_opens, format.section_closes);
  marks.push_back(format.call_open);
  marks.push_back(format.call_close);
  if (format.header == Header::type_then_name) marks.emplace_back(kFence);
  return marks;
}

/// `functions.NAME:NUMBER`
CallHeader parse_kimi_id(std::string_view header) {
  CallHeader head{.name = std::string(header)};
  const std::size_t colon = header.rfind(':');
  const auto number = header.substr(std::min(colon, header.size() - 1) + 1);
  if (colon != std::string_view::npos && !number.empty() &&
      number.find_first_not_of("0123456789") == std::string_view::npos) {
    head = {.name = std::string(header.substr(0, colon)), .id = std::string(header)};
  }
  if (head.name.starts_with("functions.")) head.name.erase(0, std::string_view("functions.").size());
  return head;
}

CallHeader parse_header(std::string_view header, Header kind) {
  if (kind == Header::kimi_id && !header.empty()) return parse_kimi_id(header);
  return {.name = std::string(header)};
}

}  // namespace

MarkedCallsStage::MarkedCallsStage(const MarkedCallsFormat& format)
    : format_(format),
      opens_(joined(format.section_opens, {format.call_open})),
      marks_(marks_of(format)),
      header_ends_({format.separator, format.call_open}) {}

bool MarkedCallsStage::step(Writer& out) {
  if (input_.empty()) return false;
  switch (state_) {
    case State::text:
      return step_text(out);
    case State::between:
      return step_between(out);
    case State::header:
      return step_header(out);
    case State::fence:
      return step_fence(out);
    case State::arguments:
      return step_arguments(out);
  }
  return false;
}

bool MarkedCallsStage::step_text(Writer& out) {
  const auto hit = opens_.find(input_.rest(), input_.closed());
  out.content(input_.take(hit.at));
  return hit.marker && take_marker(*hit.marker, out);
}

bool MarkedCallsStage::take_marker(std::string_view marker, Writer& out) {
  const bool ends_fence = marker == kFence && std::exchange(in_fence_, false);
  held_.take(input_, marker.size(), out);
  if (ends_fence) held_.forget();
  if (marker != kFence) in_fence_ = false;
  state_ = marker == format_.call_open ? State::header : State::between;
  const auto& closes = format_.section_closes;
  if (marker == format_.call_close || std::ranges::find(closes, marker) != closes.end()) held_.forget();
  return true;
}

/// In a section, before, between and behind calls.
bool MarkedCallsStage::step_between(Writer& out) {
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

bool MarkedCallsStage::step_header(Writer& out) {
  const auto text = input_.rest().substr(0, kMaxHeader);
  const auto hit = header_ends_.find(text, false);
  if (!hit.marker && text.size() < kMaxHeader) return false;
  if (hit.marker != format_.separator) return give_up(out);
  head_ = parse_header(trimmed(text.substr(0, hit.at)), format_.header);
  held_.take(input_, hit.at + format_.separator.size(), out);
  if (format_.header == Header::type_then_name) {
    state_ = State::fence;
    return true;
  }
  return begin_arguments(out);
}

/// `NAME`, a line break, "```json"
bool MarkedCallsStage::step_fence(Writer& out) {
  const auto text = input_.rest().substr(0, kMaxHeader);
  const std::size_t end = text.find(kJsonFence);
  if (end == std::string_view::npos) return text.size() < kMaxHeader ? false : give_up(out);
  head_ = {.name = std::string(trimmed(text.substr(0, end)))};
  held_.take(input_, end + kJsonFence.size(), out);
  return begin_arguments(out);
}

bool MarkedCallsStage::begin_arguments(Writer& out) {
  if (!out.tools().allow(head_.name)) return give_up(out);
  scanner_ = {};
  state_ = State::arguments;
  return true;
}

bool MarkedCallsStage::step_arguments(Writer& out) {
  if (!out.in_call()) {
    held_.take(input_, std::min(leading_white(input_.rest()), held_.room(out)), out);
    if (input_.empty()) return false;
    const Match close = begins_with(input_.rest(), format_.call_close, input_.closed());
    if (close == Match::maybe) return false;
    if (close == Match::no && input_.rest()[0] != '{') return give_up(out);
    out.begin_call(head_.name, head_.id);
    if (close == Match::yes) return end_call("{}", out);
  }
  const auto piece = whole_characters(input_.rest(), held_.room(out));
  std::string fragment;
  const Fed fed = scanner_.feed(piece, fragment);
  held_.take(input_, fed.used, out);
  if (fed.progress == Progress::done) return end_call(fragment, out);
  out.arguments(fragment);
  return fed.progress == Progress::more && !piece.empty() ? true : give_up(out);
}

bool MarkedCallsStage::end_call(std::string_view last_fragment, Writer& out) {
  out.arguments(last_fragment);
  out.end_call();
  held_.forget();
  in_fence_ = format_.header == Header::type_then_name;
  state_ = State::between;
  return true;
}

bool MarkedCallsStage::give_up(Writer& out) {
  out.content(held_.release(out));
  state_ = State::text;
  return true;
}

void MarkedCallsStage::end(Writer& out) {
  out.content(held_.release(out));
  out.content(input_.take(input_.rest().size()));
}

}  // namespace dynamo::parsers
