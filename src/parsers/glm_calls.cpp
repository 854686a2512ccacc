#include "parsers/glm_calls.h"

#include "parsers/argument_list.h"
#include "parsers/typed_value.h"

namespace dynamo::parsers {
namespace {

constexpr std::string_view kKeyOpen = "<arg_key>";

/// Takes an element off the front of `text` and gives what it holds; white space before it does not count.
std::optional<std::string_view> take_element(std::string_view& text, std::string_view open,
                                             std::string_view close) {
  text.remove_prefix(leading_white(text));
  if (!text.starts_with(open)) return std::nullopt;
  text.remove_prefix(open.size());
  const auto end = text.find(close);
  if (end == std::string_view::npos) return std::nullopt;
  const auto inner = text.substr(0, end);
  text.remove_prefix(end + close.size());
  return inner;
}

std::optional<WrittenCall> read_call(std::string_view text, const Tools& tools) {
  const auto name = trimmed(text.substr(0, text.find(kKeyOpen)));
  if (!tools.allow(name)) return std::nullopt;
  text.remove_prefix(std::min(text.find(kKeyOpen), text.size()));
  ArgumentList arguments;
  while (leading_white(text) < text.size()) {
    const auto key = take_element(text, kKeyOpen, "</arg_key>");
    const auto value = key ? take_element(text, "<arg_value>", "</arg_value>") : std::nullopt;
    if (!value || trimmed(*key).empty()) return std::nullopt;
    arguments.set(trimmed(*key), typed_value(*value, tools.parameter(name, trimmed(*key))));
  }
  return WrittenCall{std::string(name), arguments.object()};
}

}  // namespace

ElementCallsFormat glm_calls() {
  return {.markers{.call_open = "<tool_call>", .call_close = "</tool_call>"}, .read = read_call};
}

}  // namespace dynamo::parsers
