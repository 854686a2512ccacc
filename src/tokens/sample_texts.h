#pragma once

#include <random>
#include <string>

#include "text/code_point.h"

namespace dynamo::tokens {

/// A short text of characters that tokenizers treat in different ways: for tests of properties.
inline std::string sample_text(std::mt19937& random) {
  static constexpr std::u32string_view kPool =
      U"aabcxyzABC  "
      U"\t\n\r.,!?'-_0123~é\u00C9\u0130\u01C5\uFB01\u2460\u00BD\u2167\u0300\u0301\u0327\u0315\u094D\u0E33"
      U"\u0E49\uD55C\uAC00\u1100\u1161\u11A8\u4E2D\u6587\u306E\u304C\u30FC\uFF76\uFF9E\u200B\u200D\u3000"
      U"\uFEFF\uFFFD"
      U"\uFE0F\u2764\U0001F600\U0001F468\U0001F1E9\U0001F1EA\u0915\u0937\u0439\u212B\u2581\u00AB\u00AD\u0085";
  std::string out;
  for (std::size_t left = random() % 20; left > 0; --left) {
    text::append_code_point(out, kPool[random() % kPool.size()]);
  }
  return out;
}

}  // namespace dynamo::tokens
