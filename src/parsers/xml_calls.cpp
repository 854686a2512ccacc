#include "parsers/xml_calls.h"

#include "parsers/argument_list.h"
#include "parsers/typed_value.h"

namespace dynamo::parsers {
namespace {

/// What stands between the marker that opens an element and `>`.
struct Head {
  std::string_view name;
  std::string_view attributes;
};

std::optional<Head> take_head(std::string_view& text) {
  const auto end = text.find_first_of("<>\n");
  if (end == std::string_view::npos || text[end] != '>') return std::nullopt;
  const auto head = trimmed(text.substr(0, end));
  text.remove_prefix(end + 1);
  if (head.empty()) return std::nullopt;
  const char quote = head[0];
  if (quote != '"' && quote != '\'') return Head{head, {}};
  const auto close = head.find(quote, 1);
  if (close == std::string_view::npos) return std::nullopt;
  return Head{head.substr(1, close - 1), head.substr(close + 1)};
}

/// Values stand on lines of their own; the two line breaks around them are not theirs.
std::string_view without_line_breaks(std::string_view value) {
  if (value.starts_with('\n')) value.remove_prefix(1);
  if (value.ends_with('\n')) value.remove_suffix(1);
  return value;
}

/// DeepSeek says in an attribute whether a value is text; others leave it to the schema.
std::string value_of(std::string_view text, const Head& head, const json::value* schema) {
  if (head.attributes.find("string=\"true\"") != std::string_view::npos) return quoted(text);
  if (head.attributes.find("string=\"false\"") != std::string_view::npos)
    return whole_json(text).value_or(quoted(text));
  return typed_value(without_line_breaks(text), schema);
}

/// Reads `NAME>` and parameters.
class FunctionReader {
 public:
  explicit FunctionReader(const XmlMarkers& markers)
      : open_(markers.parameter_open),
        close_(markers.parameter_close),
        value_ends_({markers.parameter_close, markers.parameter_open}) {}

  std::optional<WrittenCall> operator()(std::string_view text, const Tools& tools) const {
    const auto head = take_head(text);
    if (!head || !tools.allow(head->name)) return std::nullopt;
    ArgumentList arguments;
    for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
      if (!take_parameter(text, head->name, tools, arguments)) return std::nullopt;
    }
    return WrittenCall{std::string(head->name), arguments.object()};
  }

 private:
  bool take_parameter(std::string_view& text, std::string_view function, const Tools& tools,
                      ArgumentList& arguments) const {
    if (!text.starts_with(open_)) return false;
    text.remove_prefix(open_.size());
    const auto head = take_head(text);
    if (!head || head->name.empty()) return false;
    // A value that is not closed ends where the next begins.
    const auto end = value_ends_.find(text, true);
    arguments.set(head->name, value_of(text.substr(0, end.at), *head, tools.parameter(function, head->name)));
    text.remove_prefix(end.at);
    if (end.marker == close_) text.remove_prefix(close_.size());
    return true;
  }

  std::string open_;
  std::string close_;
  Markers value_ends_;
};

}  // namespace

ElementCallsFormat xml_calls(const XmlMarkers& markers) {
  return {.markers{.section_opens{markers.wrapper_open},
                   .section_closes{markers.wrapper_close},
                   .call_open = markers.function_open,
                   .call_close = markers.function_close},
          .read = FunctionReader(markers),
          .last_part_end = markers.parameter_close};
}

}  // namespace dynamo::parsers
