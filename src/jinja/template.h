#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"

/// Jinja templates, rendered as `transformers` renders chat templates: a sandboxed environment with immutable
/// values, trimmed and left-stripped blocks, loop controls, `{% generation %}`, its own `tojson`,
/// `raise_exception` and `strftime_now`.
namespace dynamo::jinja {

struct Program;  // a parsed template

/// What one rendering may use. Whatever goes beyond ends it with Errc::too_large.
struct Limits {
  std::uint64_t steps = 20'000'000;               // expressions, elements, pieces of text (8 to 64 bytes)
  std::uint32_t depth = 1'000;                    // blocks, expressions and macro calls within one another
  std::size_t output_bytes = 64U * 1024 * 1024;   // of the text rendered, captured blocks included
  std::size_t memory_bytes = 256U * 1024 * 1024;  // of values made on the way; none is freed before the end
};

/// What a rendering takes from the world around it.
struct Options {
  WallTime now{};                      // what `strftime_now` prints
  std::chrono::minutes utc_offset{0};  // the zone that it prints it in
  Limits limits{};
};

/// Bytes of a rendered text.
struct Span {
  std::size_t begin;
  std::size_t end;
  friend bool operator==(const Span&, const Span&) = default;
};

/// A rendered text, and which parts of it `{% generation %}` blocks wrote: what a model is trained to write
/// itself. As transformers has it, a block inside of a macro, a `set` or a `filter` begins where the text of
/// the template itself had come to.
struct Rendering {
  std::string text;
  std::vector<Span> generated;
};

/// A template read once and rendered often. Immutable and cheap to copy. Threads: any, at the same time.
class Template {
 public:
  /// Errors: invalid for what Jinja refuses; unsupported for what this engine refuses by name (include,
  /// import, extends, block, …); too_large for a source beyond 1 MiB or nested too deeply. Each names the
  /// line.
  static Result<Template> parse(std::string_view source);

  /// The text that the template makes of `variables`, which must outlive the call and are never copied.
  /// Errors: invalid with line and cause; too_large beyond a limit; unsupported as above. What the template
  /// itself raised, `raised_message` tells.
  Result<std::string> render(const json::object& variables, const Options& options = {}) const;
  Result<Rendering> render_with_spans(const json::object& variables, const Options& options = {}) const;

  /// The tree (ast.h), for those who ask what a template is like.
  const Program& program() const { return *program_; }

 private:
  explicit Template(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;
};

/// The words that the template gave to `raise_exception`, if that is what `error` comes from.
std::optional<std::string_view> raised_message(const Error& error);

}  // namespace dynamo::jinja
