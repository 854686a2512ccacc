// Every matcher cuts any bytes into words that are neither empty nor beyond the text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "text/word_matcher.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& patterns : dynamo::text::word_matcher_families()) {
    const auto next = dynamo::text::find_word_matcher(patterns);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = next(text, at);
      if (end <= at || end > text.size()) std::abort();
      at = end;
    }
  }
  return 0;
}
