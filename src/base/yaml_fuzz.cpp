#include <cstdlib>

#include "base/yaml.h"

/// Whatever is read can be written, and what is written reads back as the same value.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const dynamo::yaml::Limits limits{.text_bytes = 64U << 10U, .expanded_bytes = 1U << 20U};
  for (const auto& document : dynamo::yaml::read(text, limits).documents) {
    const auto again = dynamo::yaml::parse(dynamo::yaml::emit(document.value));
    if (!again || *again != document.value) std::abort();
  }
  return 0;
}
