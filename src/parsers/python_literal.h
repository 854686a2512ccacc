#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dynamo::parsers {

/// One call in Python's syntax, its keyword arguments as a JSON object.
struct PythonCall {
  std::string name;
  std::string arguments;
  friend bool operator==(const PythonCall&, const PythonCall&) = default;
};

/// Reads `[f(a=1, b='x'), g()]`: a list of calls whose arguments are literals. Strings (all quotes and
/// escapes, raw, joined ones), numbers, True, False, None (and JSON's true, false, null), lists, tuples,
/// dictionaries; nesting up to 64. Nothing when it is anything else: names, operators, positional arguments.
std::optional<std::vector<PythonCall>> parse_python_calls(std::string_view text);

/// A Python literal as JSON text; nothing when `text` is none.
std::optional<std::string> python_literal_to_json(std::string_view text);

}  // namespace dynamo::parsers
