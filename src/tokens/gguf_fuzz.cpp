// Any bytes as a GGUF file: read, and where that works, used.

#include <sstream>

#include "tokens/gguf.h"
#include "tokens/parts.h"
#include "tokens/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace dynamo::tokens;
  std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
  const auto file = GgufMetadata::read(in);
  if (!file) return 0;
  (void)file->context_length();
  auto parts = parts_from_gguf(*file);
  if (!parts) return 0;
  const auto tokenizer = Tokenizer::assemble(std::move(*parts));
  if (!tokenizer) return 0;
  const auto ids = (*tokenizer)->encode("The quick brown fox, 1234 \xE4\xBD\xA0 <s>");
  if (ids) (void)(*tokenizer)->decode(*ids, false);
  return 0;
}
