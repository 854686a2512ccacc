// A pattern and a text: compiling and searching neither crash nor run away, and a match lies within the text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "text/pattern.h"

using dynamo::text::Pattern;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\0'), input.size());
  const auto pattern = Pattern::compile(input.substr(0, end));
  if (!pattern) return 0;
  const std::string_view text = input.substr(std::min(end + 1, input.size()));
  const auto search = pattern->search(text, 0, {.steps = 100'000, .alternatives = 10'000});
  const bool found = search.outcome == Pattern::Outcome::found;
  if (found && (search.range.begin > search.range.end || search.range.end > text.size())) std::abort();
  return 0;
}
