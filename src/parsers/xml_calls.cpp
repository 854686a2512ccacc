#include "parsers/xml_calls.h"

#include <map>

#include "parsers/json_scanner.h"
#include "parsers/typed_value.h"
#include "parsers/utf8_gate.h"

namespace dynamo::parsers {
namespace {

/// What stands between the marker that opens an element and `>`.
struct Head {
  std::string_view name;
  std::string_view attributes;
};

std::optional<Head> take_head(std::string_view& text) {
  const auto end = text.find('>');
  if (end == std::string_view::npos) return std::nullopt;
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

/// Arguments in the order of their first mention; the last mention of each counts.
class ArgumentList {
 public:
  void set(std::string_view name, std::string value) {
    const auto [found, added] = index_.try_emplace(std::string(name), members_.size());
    if (added) members_.emplace_back(name, "");
    members_[found->second].second = std::move(value);
  }
  std::string object() const {
    std::string out = "{";
    for (const auto& [name, value] : members_) {
      if (out.size() > 1) out += ", ";
      out.append(quoted(name)).append(": ").append(value);
    }
    return out + "}";
  }

 private:
  std::vector<std::pair<std::string, std::string>> members_;
  std::map<std::string, std::size_t> index_;
};

}  // namespace

std::optional<XmlCall> parse_xml_call(std::string_view text, const XmlCallsFormat& format,
                                      const Tools& tools) {
  const auto head = take_head(text);
  if (!head || !tools.allow(head->name)) return std::nullopt;
  ArgumentList arguments;
  const Markers value_ends({format.parameter_close, format.parameter_open});
  for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
    if (!text.starts_with(format.parameter_open)) return std::nullopt;
    text.remove_prefix(format.parameter_open.size());
    const auto parameter = take_head(text);
    if (!parameter || parameter->name.empty()) return std::nullopt;
    // A value that is not closed ends where the next begins.
    const auto end = value_ends.find(text, true);
    arguments.set(parameter->name,
                  value_of(text.substr(0, end.at), *parameter, tools.parameter(head->name, parameter->name)));
    text.remove_prefix(end.at);
    if (end.marker == format.parameter_close) text.remove_prefix(format.parameter_close.size());
  }
  return XmlCall{std::string(head->name), arguments.object()};
}

XmlCallsStage::XmlCallsStage(XmlCallsFormat format)
    : format_(std::move(format)),
      opens_({format_.wrapper_open, format_.function_open}),
      marks_({format_.wrapper_open, format_.wrapper_close, format_.function_open}) {}

bool XmlCallsStage::step(Writer& out) {
  if (input_.empty()) return false;
  switch (state_) {
    case State::text:
      return step_text(out);
    case State::between:
      return step_between(out);
    case State::function:
      return step_function(out);
  }
  return false;
}

bool XmlCallsStage::step_text(Writer& out) {
  const auto hit = opens_.find(input_.rest(), input_.closed());
  out.content(input_.take(hit.at));
  return hit.marker && take_marker(*hit.marker, out);
}

bool XmlCallsStage::take_marker(std::string_view marker, Writer& out) {
  held_.take(input_, marker.size(), out);
  if (marker == format_.wrapper_close) held_.forget();
  state_ = marker == format_.function_open ? State::function : State::between;
  searched_ = 0;
  return true;
}

/// In a wrapper, before, between and behind functions.
bool XmlCallsStage::step_between(Writer& out) {
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

bool XmlCallsStage::step_function(Writer& out) {
  const auto& close = format_.function_close;
  const auto text = whole_characters(input_.rest(), held_.room(out));
  const auto end = text.find(close, searched_);
  if (end == std::string_view::npos) {
    searched_ = text.size() - std::min(text.size(), close.size() - 1);
    if (text.size() == input_.rest().size()) return false;
    held_.take(input_, text.size(), out);
    return give_up(out);
  }
  const auto call = parse_xml_call(text.substr(0, end), format_, out.tools());
  held_.take(input_, end + close.size(), out);
  if (!call) return give_up(out);
  held_.forget();
  out.whole_call(call->name, call->arguments);
  state_ = State::between;
  return true;
}

bool XmlCallsStage::give_up(Writer& out) {
  out.content(held_.release(out));
  state_ = State::text;
  return true;
}

void XmlCallsStage::end(Writer& out) {
  out.content(held_.release(out));
  out.content(input_.take(input_.rest().size()));
}

}  // namespace dynamo::parsers
