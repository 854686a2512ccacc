#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokens/token.h"

namespace dynamo::tokens {

/// What belongs to a tiktoken file and does not stand in it.
struct TiktokenFamily {
  std::string_view name;
  std::string_view pattern;                              // that cuts texts into words
  std::vector<std::pair<std::string, TokenId>> special;  // tokens beside the ranks
};

/// The family whose files have `count` ranks.
std::optional<TiktokenFamily> find_tiktoken_family(std::size_t count);

}  // namespace dynamo::tokens
