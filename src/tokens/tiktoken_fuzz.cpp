// Any bytes as a tiktoken file.

#include "tokens/parts.h"
#include "tokens/tiktoken.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace dynamo::tokens;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)parts_from_tiktoken(text, {});
  (void)special_tokens_of_config(text);
  return 0;
}
