#include <cstddef>
#include <cstdint>

#include "chat/chat_template.h"

/// Template, a zero byte, arguments as JSON: whatever they hold, rendering ends soon, as arguments and as a
/// request.
namespace {

using namespace dynamo;

constexpr jinja::Options kOptions{
    .limits = {.steps = 20'000, .depth = 200, .output_bytes = 1U << 20U, .memory_bytes = 8U << 20U}};

void render(const chat::ChatTemplates& templates, const json::object& arguments) {
  for (const auto& read : {chat::read_arguments, chat::read_request}) {
    if (auto chat = read(arguments)) static_cast<void>(templates.render(std::move(*chat), kOptions));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t border = std::min(input.find('\0'), input.size());
  const auto templates =
      chat::ChatTemplates::compile({.templates = {{"default", std::string(input.substr(0, border))}}});
  const auto arguments = json::parse(input.substr(std::min(border + 1, input.size())));
  if (templates && arguments && arguments->is_object()) render(**templates, arguments->get_object());
  return 0;
}
