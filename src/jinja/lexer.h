#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "jinja/heap.h"

namespace dynamo::jinja {

enum class TokenKind : std::uint8_t {
  data,  // text between tags, white space control applied
  variable_begin,
  variable_end,
  block_begin,
  block_end,
  name,
  string,  // its text is the value, escapes resolved
  integer,
  real,
  operation,  // an operator or a bracket
  end,
};

struct Token {
  TokenKind kind;
  std::uint32_t line;
  std::string_view text;
};

/// Splits a template into tokens; comments vanish, raw blocks become data. `source` has only '\n' as line
/// ends and lives as long as the tokens. Throws Fault.
std::vector<Token> tokenize(std::string_view source, Heap& heap);

/// The value of a string literal between its quotes: Python's escapes, resolved. Throws Fault.
std::string_view unescape(std::string_view literal, std::uint32_t line, Heap& heap);

}  // namespace dynamo::jinja
