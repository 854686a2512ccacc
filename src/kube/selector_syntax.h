#pragma once

#include <string_view>
#include <vector>

#include "base/error.h"

namespace dynamo::kube {

/// One piece of a label selector's text.
struct SelectorToken {
  enum class Kind : std::uint8_t { word, equal, not_equal, bang, comma, open, close, greater, less, end };
  Kind kind = Kind::end;
  std::string_view text;
};

/// Cuts the text into tokens, the last of kind `end`. `==` reads as `=`. Errors: invalid.
Result<std::vector<SelectorToken>> tokenize_selector(std::string_view text);

}  // namespace dynamo::kube
