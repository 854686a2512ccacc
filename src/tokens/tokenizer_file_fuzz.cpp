// libFuzzer: any tokenizer.json is refused with a reason or gives a tokenizer that keeps its promises: both
// ways of encoding give the same ids, offsets lie within the text, and whatever was encoded can be decoded.
#include <cstdlib>

#include "tokens/tokenizer.h"

namespace {

using dynamo::tokens::Encoding;
using dynamo::tokens::Tokenizer;

constexpr std::string_view kTexts[] = {"",
                                       "a",
                                       " Hello,  World's 12345!\n\n",
                                       "\xC3\x89te\xCC\x81 \xE4\xBD\xA0\xE5\xA5\xBD <s> \xF0\x9F\x9A\x80",
                                       "\xFF\xE2\x82 \xE2\x96\x81x",
                                       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};

void check(const Tokenizer& tokenizer, std::string_view text) {
  const auto encoded = tokenizer.encode_with_offsets(text);
  const auto ids = tokenizer.encode(text);
  if (encoded.has_value() != ids.has_value()) std::abort();
  if (!encoded) return;
  const Encoding& encoding = *encoded;
  if (encoding.ids != *ids) std::abort();
  const std::size_t count = encoding.ids.size();
  if (encoding.offsets.size() != count || encoding.tokens.size() != count) std::abort();
  for (const auto& [begin, end] : encoding.offsets) {
    if (begin > end || end > text.size()) std::abort();
  }
  for (const bool skip : {false, true}) std::ignore = tokenizer.decode(encoding.ids, skip);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto tokenizer = Tokenizer::parse({reinterpret_cast<const char*>(data), size});
  if (!tokenizer) {
    if (tokenizer.error().message.empty()) std::abort();
    return 0;
  }
  for (const std::string_view text : kTexts) check(**tokenizer, text);
  return 0;
}
