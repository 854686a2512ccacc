#include <cstdlib>

#include "openai/fold.h"

/// Any lines as chunks: each is refused or folded, and the answer is valid JSON with a list of choices.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  dynamo::openai::Fold fold(size % 2 == 0 ? dynamo::openai::Endpoint::chat
                                          : dynamo::openai::Endpoint::completions);
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    static_cast<void>(fold.add(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const auto parsed = dynamo::json::parse(dynamo::json::dump(fold.take()));
  if (parsed && dynamo::json::find(*parsed, {"choices"}) == nullptr) std::abort();
  return 0;
}
