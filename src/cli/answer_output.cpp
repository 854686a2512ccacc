#include "cli/answer_output.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <span>

#include "base/table.h"

#include "parsers/formats.h"

namespace dynamo::cli {
namespace {

using Kind = parsers::Delta::Kind;

std::string painted(std::string_view text, int ansi_color, bool color) {
  return color ? fmt::format("\x1b[{}m{}\x1b[0m", ansi_color, text) : std::string(text);
}

/// Every line begins with a word of the same width.
std::string line(std::string_view what, int ansi_color, bool color, const std::string& text) {
  return fmt::format("{}{}\n", painted(fmt::format("{:<11}", what), ansi_color, color), text);
}

std::string quoted(const std::string& text) { return json::dump(json::value(text)); }

template <class Format>
void add_rows(TextTable& table, std::string_view kind, std::span<const Format> formats) {
  for (const Format& format : formats) {
    const auto aliases = std::span(format.names).subspan(1);
    table.add({std::string(kind), std::string(format.names[0]), fmt::format("{}", fmt::join(aliases, ", ")),
               std::string(format.about)});
  }
}

template <class Format>
json::array rows(std::span<const Format> formats) {
  json::array out;
  for (const Format& format : formats) {
    json::array aliases;
    for (const auto alias : std::span(format.names).subspan(1)) aliases.emplace_back(alias);
    out.push_back({{"name", format.names[0]}, {"aliases", std::move(aliases)}, {"about", format.about}});
  }
  return out;
}

}  // namespace

std::string delta_line(const parsers::Delta& delta, bool color) {
  switch (delta.kind) {
    case Kind::reasoning:
      return line("reasoning", 2, color, quoted(delta.text));
    case Kind::content:
      return line("content", 32, color, quoted(delta.text));
    case Kind::call:
      return line("call", 35, color,
                  fmt::format("{} {} {} {}", delta.index, delta.name, delta.id, delta.text));
    case Kind::arguments:
      return line("arguments", 36, color, fmt::format("{} {}", delta.index, delta.text));
  }
  return {};
}

std::string finish_line(std::string_view finish_reason, std::size_t broken_calls, bool color) {
  const std::string note = broken_calls == 0 ? "" : fmt::format(" ({} broken off)", broken_calls);
  return line("finish", 33, color, fmt::format("{}{}", finish_reason, note));
}

std::string delta_json(const parsers::Delta& delta) { return json::dump(parsers::to_json(delta)); }

std::string parser_table() {
  TextTable table({"KIND", "NAME", "ALSO", "READS"});
  add_rows(table, "reasoning", parsers::reasoning_formats());
  add_rows(table, "tool", parsers::tool_formats());
  return table.to_string();
}

std::string parser_list_json() {
  const json::object list{{"reasoning", rows(parsers::reasoning_formats())},
                          {"tool", rows(parsers::tool_formats())}};
  return json::dump_pretty(json::value(list));
}

}  // namespace dynamo::cli
