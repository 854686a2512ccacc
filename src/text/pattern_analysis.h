#pragma once

#include <bitset>
#include <cstdint>

#include "text/pattern_tree.h"

// What can be said of a pattern before any text is seen. Literals whose case is ignored have been expanded.

namespace dynamo::text::pattern {

/// How many characters a match has.
struct Width {
  std::uint32_t least;
  std::uint32_t most;  // or kEndless
};

Width width(const Node& node);

using Bytes = std::bitset<256>;

/// The bytes that a match can begin with, and whether it can be empty.
struct Start {
  Bytes bytes;
  bool may_be_empty;
};

Start start(const Node& node);

/// The start of what begins with `first` and goes on with `rest`.
Start followed(const Start& first, const Start& rest);

/// The bytes that characters of the set begin with in UTF-8.
Bytes first_bytes(const CodeSet& set);

}  // namespace dynamo::text::pattern
