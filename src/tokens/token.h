#pragma once

#include <cstdint>
#include <string_view>

#include "text/range.h"

/// The two small values that every part of the tokenizer speaks of.
namespace dynamo::tokens {

/// Number of a token, as engines count them.
using TokenId = std::uint32_t;

/// Larger ids than this are refused on loading: no model has them, and tables are laid out by id.
inline constexpr TokenId kMaxTokenId = (1U << 21) - 2;

/// Bytes of a text, half open.
using Span = text::Range;

inline std::string_view slice(std::string_view text, Span span) {
  return text.substr(span.begin, span.size());
}

}  // namespace dynamo::tokens
