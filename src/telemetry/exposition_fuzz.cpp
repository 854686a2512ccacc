#include <cstdlib>

#include "telemetry/exposition.h"

/// Any text: what was injected once is not injected again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const dynamo::telemetry::Labels labels{{"model", "m\"\\\n"}};
  const auto once = dynamo::telemetry::inject_labels(text, labels);
  if (dynamo::telemetry::inject_labels(once, labels) != once) std::abort();
  return 0;
}
