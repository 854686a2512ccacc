#include <cstdlib>

#include "jinja/template.h"

/// Any text as a template: it is refused with a message, or renders within its limits.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kVariables = dynamo::json::parse(R"({
    "messages": [{"role": "user", "content": "Zürich 😀 <b>"}, {"role": "assistant", "content": null}],
    "tools": [{"name": "f", "parameters": {"n": 1.5, "l": [1, true]}}], "s": "some text", "xs": [3, 1, 2]})");
  const auto parsed = dynamo::jinja::Template::parse({reinterpret_cast<const char*>(data), size});
  if (!parsed) {
    if (parsed.error().message.empty()) std::abort();
    return 0;
  }
  const dynamo::jinja::Options options{
      .limits = {.steps = 200'000, .depth = 200, .output_bytes = 1U << 20U, .memory_bytes = 4U << 20U}};
  const auto text = parsed->render(kVariables->as_object(), options);
  if (text && text->size() > options.limits.output_bytes) std::abort();
  return 0;
}
