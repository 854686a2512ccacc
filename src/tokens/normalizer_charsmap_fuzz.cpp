// A character map of any bytes, applied to the text behind it: it is refused, or what it writes is valid
// UTF-8.

#include "text/edits.h"
#include "tokens/normalizer_charsmap.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dynamo;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t map_size = size == 0 ? 0 : std::min<std::size_t>(size - 1, data[0] * std::size_t{8});
  const auto map = tokens::Charsmap::parse(input.substr(size == 0 ? 0 : 1, map_size));
  if (!map) return 0;
  const std::string text = text::repaired(input.substr(map_size));
  std::string out;
  text::PlainEdits edits(out);
  map->rewrite(text, edits);
  if (!text::is_valid(out)) std::abort();
  if (map->unchanged_prefix(text) == text.size() && out != text) std::abort();
  return 0;
}
