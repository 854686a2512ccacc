#include "parsers/gemma_calls.h"

#include "parsers/argument_list.h"

namespace dynamo::parsers {
namespace {

constexpr std::string_view kCall = "call:";
constexpr std::string_view kStringMark = "<|\"|>";
constexpr int kMaxDepth = 64;

/// A word without marks: a number or a constant, or else text.
std::string bare_value(std::string_view word) {
  if (word == "true" || word == "True") return "true";
  if (word == "false" || word == "False") return "false";
  if (word == "null" || word == "None") return "null";
  const bool number = word.find_first_of("-0123456789") == 0;
  return number ? whole_json(word).value_or(quoted(word)) : quoted(word);
}

/// A recursive descent over one complete text. Each function takes what it is named after, and gives nothing
/// when it is not there.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::optional<std::string> object() {
    if (!mark("{") || ++depth_ > kMaxDepth) return std::nullopt;
    ArgumentList members;
    while (!mark("}")) {
      const auto name = key();
      auto member = name && mark(":") ? value() : std::nullopt;
      if (!member || (!mark(",") && !next_is("}"))) return std::nullopt;
      members.set(*name, std::move(*member));
    }
    --depth_;
    return members.object();
  }
  bool at_end() const { return trimmed(rest_).empty(); }

 private:
  std::optional<std::string> value() {
    if (next_is("{")) return object();
    if (next_is("[")) return list();
    if (next_is(kStringMark)) return string().transform(quoted);
    return bare_value(trimmed(take_until(",}]")));
  }
  std::optional<std::string> list() {
    if (!mark("[") || ++depth_ > kMaxDepth) return std::nullopt;
    std::string out = "[";
    while (!mark("]")) {
      const auto item = value();
      if (!item || (!mark(",") && !next_is("]"))) return std::nullopt;
      if (out.size() > 1) out += ", ";
      out += *item;
    }
    --depth_;
    return out + "]";
  }
  std::optional<std::string_view> string() {
    mark(kStringMark);
    const auto end = rest_.find(kStringMark);
    if (end == std::string_view::npos) return std::nullopt;
    const auto text = rest_.substr(0, end);
    rest_.remove_prefix(end + kStringMark.size());
    return text;
  }
  std::optional<std::string_view> key() {
    if (next_is(kStringMark)) return string();
    const auto name = trimmed(take_until(":,}"));
    return name.empty() ? std::nullopt : std::optional(name);
  }

  std::string_view take_until(std::string_view ends) {
    const auto taken = rest_.substr(0, rest_.find_first_of(ends));
    rest_.remove_prefix(taken.size());
    return taken;
  }
  bool next_is(std::string_view mark) {
    rest_.remove_prefix(leading_white(rest_));
    return rest_.starts_with(mark);
  }
  bool mark(std::string_view mark) {
    if (!next_is(mark)) return false;
    rest_.remove_prefix(mark.size());
    return true;
  }

  std::string_view rest_;
  int depth_ = 0;
};

std::optional<WrittenCall> read_call(std::string_view text, const Tools& tools) {
  text.remove_prefix(leading_white(text));
  if (!text.starts_with(kCall)) return std::nullopt;
  const auto brace = text.find('{');
  if (brace == std::string_view::npos) return std::nullopt;
  const auto name = trimmed(text.substr(0, brace).substr(kCall.size()));
  Reader reader(text.substr(brace));
  auto arguments = tools.allow(name) ? reader.object() : std::nullopt;
  if (!arguments || !reader.at_end()) return std::nullopt;
  return WrittenCall{std::string(name), std::move(*arguments)};
}

}  // namespace

ElementCallsFormat gemma_calls() {
  return {.markers{.call_open = "<|tool_call>", .call_close = "<tool_call|>"},
          .read = read_call,
          .string_mark = std::string(kStringMark)};
}

}  // namespace dynamo::parsers
