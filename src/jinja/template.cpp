#include "jinja/template.h"

#include <fmt/format.h>

#include "jinja/characters.h"
#include "jinja/parser.h"
#include "jinja/renderer.h"

namespace dynamo::jinja {
namespace {

constexpr std::size_t kLongestSource = std::size_t{1} << 20U;
constexpr std::size_t kProgramMemory = std::size_t{256} << 20U;
constexpr std::string_view kRaised = "raised";

std::unexpected<Error> explained(const Fault& fault, std::uint32_t line) {
  const auto where = fault.line == 0 ? line : fault.line;
  Error error{fault.code, fmt::format("template line {}: {}", where, fault.message), nullptr};
  if (fault.raised) {
    error.details = std::make_shared<const json::object>(json::object{{kRaised, fault.message}});
  }
  return std::unexpected(std::move(error));
}

std::unexpected<Error> exhausted(std::uint32_t line, std::size_t bytes) {
  return fail(Errc::too_large,
              fmt::format("template line {}: more than {} bytes of memory are needed", line, bytes));
}

}  // namespace

Result<Template> Template::parse(std::string_view source) {
  if (source.size() > kLongestSource) {
    return fail(Errc::too_large,
                fmt::format("a template may have {} bytes, this has {}", kLongestSource, source.size()));
  }
  if (!is_valid_utf8(source)) return fail(Errc::invalid, "the template is not UTF-8");
  auto program = std::make_shared<Program>(kProgramMemory);
  try {
    parse_program(source, *program);
  } catch (const Fault& fault) {
    return explained(fault, 1);
  } catch (const HeapExhausted&) {
    return exhausted(1, kProgramMemory);
  }
  return Template(std::move(program));
}

Result<Rendering> Template::render_with_spans(const json::object& variables, const Options& options) const {
  Runtime runtime(variables, options);
  try {
    Renderer renderer(runtime, *program_);
    std::string text = renderer.run();
    auto generated = renderer.generated_in(text);
    return Rendering{std::move(text), std::move(generated)};
  } catch (const Fault& fault) {
    return explained(fault, runtime.line);
  } catch (const HeapExhausted&) {
    return exhausted(runtime.line, options.limits.memory_bytes);
  }
}

Result<std::string> Template::render(const json::object& variables, const Options& options) const {
  auto rendering = render_with_spans(variables, options);
  if (!rendering) return std::unexpected(std::move(rendering.error()));
  return std::move(rendering->text);
}

std::optional<std::string_view> raised_message(const Error& error) {
  if (error.details == nullptr) return std::nullopt;
  const auto* message = error.details->if_contains(kRaised);
  if (message == nullptr || !message->is_string()) return std::nullopt;
  return std::string_view(message->get_string().data(), message->get_string().size());
}

}  // namespace dynamo::jinja
