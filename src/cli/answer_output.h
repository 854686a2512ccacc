#pragma once

#include <string>
#include <string_view>

#include "parsers/parser.h"

/// How the steps of a parsed answer are shown. Pure.
namespace dynamo::cli {

/// One line for a delta: what it is, which call, and its text as a JSON string; in colour for terminals.
std::string delta_line(const parsers::Delta& delta, bool color);
std::string finish_line(std::string_view finish_reason, std::size_t broken_calls, bool color);

/// The delta as OpenAI clients get it, on one line.
std::string delta_json(const parsers::Delta& delta);

/// The parsers by name, as a table for people or as JSON.
std::string parser_table();
std::string parser_list_json();

}  // namespace dynamo::cli
