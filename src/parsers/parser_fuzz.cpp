#include <cstdlib>

#include "parsers/formats.h"
#include "parsers/test_marks.h"
#include "parsers/utf8_gate.h"

namespace {

using namespace dynamo::parsers;

struct Choice {
  std::uint8_t tool;
  std::uint8_t reasoning;
  std::uint8_t pieces;  // size of a piece; 0: all at once
  bool whole_arguments;
  bool with_tools;
  bool call_is_required;
  bool call_is_forced;
};

Parser make_parser(const Choice& choice) {
  ParserOptions options;
  options.tool_parser = tool_formats()[choice.tool % tool_formats().size()].names[0];
  const auto reasoning = choice.reasoning % (reasoning_formats().size() + 1);
  if (reasoning > 0) options.reasoning_parser = reasoning_formats()[reasoning - 1].names[0];
  options.writer.random = [next = std::uint64_t{0}]() mutable { return next++; };
  options.writer.max_held_bytes = 512;
  options.calls_required = choice.call_is_required;
  if (choice.call_is_forced) options.forced_tool = "f";
  if (choice.whole_arguments) options.writer.arguments = Arguments::whole;
  if (choice.with_tools) {
    const auto parameters = dynamo::json::parse(
        R"({"properties":{"n":{"type":"integer"},"o":{"type":["object","array","null"]},"b":{"type":"boolean"}}})");
    options.writer.tools = Tools({{"f", parameters->get_object()}, {"g", {}}});
  }
  auto parser = Parser::make(std::move(options));
  if (!parser) std::abort();
  return std::move(*parser);
}

/// The lines of all marks.
std::vector<std::string_view> all_words() {
  std::vector<std::string_view> words{
      "\"name\":\"f\"", "\"arguments\":{", "\"parameters\":", "{\"a\":[1]}", "f", "f("};
  const auto add_lines = [&words](std::string_view lines) {
    for (std::size_t at = 0; at < lines.size();) {
      const auto end = std::min(lines.find('\n', at), lines.size());
      words.push_back(lines.substr(at, end - at));
      at = end + 1;
    }
  };
  for (const auto& [name, marks] : test::kMarks) add_lines(marks);
  add_lines(test::kReasoningMarks);
  return words;
}

/// The bytes as text, in which 0xFF and the byte behind it stand for a word that a format knows.
std::string text_of(const std::uint8_t* data, std::size_t size) {
  static const std::vector<std::string_view> kWords = all_words();
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    if (data[i] == 0xFF && i + 1 < size) {
      text += kWords[data[++i] % kWords.size()];
    } else {
      text += static_cast<char>(data[i]);
    }
  }
  return text;
}

void add(std::vector<Delta>& all, std::vector<Delta> more) {
  for (auto& delta : more) append_delta(all, std::move(delta));
}

void check_arguments(const std::vector<Delta>& deltas, const Parser& parser) {
  std::vector<std::string> calls;
  for (const auto& delta : deltas) {
    if (delta.kind == Delta::Kind::call) calls.push_back(delta.text);
    if (delta.kind == Delta::Kind::arguments) calls.at(delta.index) += delta.text;
  }
  const auto valid = std::ranges::count_if(calls, [](const std::string& text) {
    const auto whole = whole_json(text);
    return whole && whole->starts_with('{');
  });
  if (calls.size() != parser.complete_calls() + parser.broken_calls()) std::abort();
  if (static_cast<std::size_t>(valid) != parser.complete_calls()) std::abort();
}

void check_text(const std::vector<Delta>& deltas) {
  for (const auto& delta : deltas) {
    if (Utf8Gate().pass(delta.text) != delta.text) std::abort();
  }
}

}  // namespace

/// Any text for any parser: told the same in pieces and at once, as valid UTF-8, with valid arguments.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const auto flag = [data](unsigned bit) { return (data[3] & bit) != 0; };
  const Choice choice{data[0], data[1], data[2], flag(1), flag(2), flag(4), flag(8)};
  const std::string text = text_of(data + 4, size - 4);

  Parser at_once = make_parser(choice);
  std::vector<Delta> want;
  add(want, at_once.feed(text));
  add(want, at_once.finish());

  Parser in_pieces = make_parser(choice);
  std::vector<Delta> got;
  const std::size_t step = std::max<std::size_t>(choice.pieces % 16, 1);
  for (std::size_t at = 0; at < text.size(); at += step) {
    auto deltas = in_pieces.feed(std::string_view(text).substr(at, step));
    check_text(deltas);
    add(got, std::move(deltas));
  }
  add(got, in_pieces.finish());

  if (got != want) std::abort();
  check_arguments(want, at_once);
  return 0;
}
