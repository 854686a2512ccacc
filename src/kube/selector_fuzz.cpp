// libFuzzer: selectors are read without harm, and what is written back reads as the same selector.
#include <cstdlib>

#include "kube/selector.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using dynamo::kube::FieldSelector;
  using dynamo::kube::LabelSelector;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto selector = LabelSelector::parse(text)) {
    const auto again = LabelSelector::parse(selector->to_string());
    if (!again || again->to_string() != selector->to_string()) std::abort();
    selector->matches({{"app", "web"}});
  }
  if (const auto selector = FieldSelector::parse(text)) selector->matches({});
  return 0;
}
