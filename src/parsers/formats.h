#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"

#include "parsers/element_calls.h"
#include "parsers/json_calls.h"
#include "parsers/marked_calls.h"
#include "parsers/parser.h"
#include "parsers/reasoning_tags.h"

/// The formats that are known by name: the only list of them.
namespace dynamo::parsers {

/// Messages in channels (gpt-oss), for reasoning and calls alike.
struct HarmonyFormat {};
struct PythonicFormat {};

struct ReasoningFormat {
  std::vector<std::string_view> names;  // the first is the usual one; the others are taken too
  std::string_view about;               // for people: models, and what it looks like
  std::variant<ReasoningTags, HarmonyFormat> format;
};

struct ToolFormat {
  std::vector<std::string_view> names;
  std::string_view about;
  std::variant<JsonCallsFormat, MarkedCallsFormat, ElementCallsFormat, PythonicFormat, HarmonyFormat> format;
  IdShape ids = IdShape::openai;
};

std::span<const ReasoningFormat> reasoning_formats();
std::span<const ToolFormat> tool_formats();

/// Looks a name up; upper and lower case are the same. Null for the empty name.
/// Errors: invalid, naming those that exist.
Result<const ReasoningFormat*> find_reasoning_format(std::string_view name);
Result<const ToolFormat*> find_tool_format(std::string_view name);

/// Why answers of a model whose card names these parsers are not read, in sentences; empty when both exist.
std::vector<std::string> unread_parsers(std::string_view reasoning, std::string_view tool);

/// Whether an answer begins inside reasoning, by the last bytes of its prompt: yes behind a marker that opens
/// reasoning, no behind one that closes it, and nothing is known behind anything else.
std::optional<bool> begins_with_reasoning(std::string_view reasoning_parser, std::string_view prompt_end);

/// The chain of machines for one answer; null formats are left out. No two of them are within a call
/// at the same time.
std::unique_ptr<Stage> make_stages(const ReasoningFormat* reasoning, const ToolFormat* tool,
                                   const ParserOptions& options);

}  // namespace dynamo::parsers
