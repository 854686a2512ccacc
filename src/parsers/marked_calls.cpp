#include "parsers/marked_calls.h"

namespace dynamo::parsers {
namespace {

using Header = MarkedCallsFormat::Header;

constexpr std::string_view kFence = "```";
constexpr std::string_view kJsonFence = "```json";
constexpr std::size_t kMaxHeader = kMaxToolName + 64;

/// `functions.NAME:NUMBER`
CallHeader parse_kimi_id(std::string_view header) {
  CallHeader head{.name = std::string(header)};
  const std::size_t colon = header.rfind(':');
  const auto number = colon == std::string_view::npos ? std::string_view{} : header.substr(colon + 1);
  if (!number.empty() && number.find_first_not_of("0123456789") == std::string_view::npos) {
    head = {.name = std::string(header.substr(0, colon)), .id = std::string(header)};
  }
  if (head.name.starts_with("functions.")) head.name.erase(0, std::string_view("functions.").size());
  return head;
}

CallHeader parse_header(std::string_view header, Header kind) {
  return kind == Header::kimi_id ? parse_kimi_id(header) : CallHeader{.name = std::string(header)};
}

}  // namespace

MarkedCallsStage::MarkedCallsStage(const MarkedCallsFormat& format)
    : SectionStage(format.markers),
      format_(format),
      header_ends_({format.separator, format.markers.call_open}),
      arguments_({format.markers.call_close}) {}

bool MarkedCallsStage::step_call(Writer& out) {
  switch (part_) {
    case Part::header:
      return step_header(out);
    case Part::fence:
      return step_fence(out);
    case Part::arguments:
      return step_arguments(out);
    case Part::closing_fence:
      if (!skip(kFence)) return false;
      part_ = Part::closing_marker;
      return true;
    case Part::closing_marker:
      return skip(format_.markers.call_close) && end_call();
  }
  return false;
}

bool MarkedCallsStage::step_header(Writer& out) {
  const auto text = input_.rest().substr(0, kMaxHeader);
  const auto hit = header_ends_.find(text, false);
  if (!hit.marker && text.size() < kMaxHeader) return false;
  if (hit.marker != format_.separator) return give_up(out);
  const auto head = parse_header(trimmed(text.substr(0, hit.at)), format_.header);
  held_.take(input_, hit.at + format_.separator.size(), out);
  if (format_.header != Header::type_then_name) return expect_arguments(head, out);
  part_ = Part::fence;
  return true;
}

/// `NAME`, a line break, "```json"
bool MarkedCallsStage::step_fence(Writer& out) {
  const auto text = input_.rest().substr(0, kMaxHeader);
  const std::size_t end = text.find(kJsonFence);
  if (end == std::string_view::npos) return text.size() < kMaxHeader ? false : give_up(out);
  const CallHeader head{.name = std::string(trimmed(text.substr(0, end)))};
  held_.take(input_, end + kJsonFence.size(), out);
  return expect_arguments(head, out);
}

bool MarkedCallsStage::expect_arguments(const CallHeader& head, Writer& out) {
  if (!out.tools().allow(head.name)) return give_up(out);
  arguments_.expect(head.name, head.id);
  part_ = Part::arguments;
  return true;
}

bool MarkedCallsStage::step_arguments(Writer& out) {
  const Progress progress = arguments_.read(input_, held_, out);
  if (progress == Progress::bad) return give_up(out);
  if (progress == Progress::more) return false;
  part_ = format_.header == Header::type_then_name ? Part::closing_fence : Part::closing_marker;
  return true;
}

/// Takes `marker`, if it stands there. False when that is not yet certain.
bool MarkedCallsStage::skip(std::string_view marker) {
  input_.take(leading_white(input_.rest()));
  if (input_.empty()) return false;
  const Match match = begins_with(input_.rest(), marker, input_.closed());
  if (match == Match::yes) input_.take(marker.size());
  return match != Match::maybe;
}

}  // namespace dynamo::parsers
