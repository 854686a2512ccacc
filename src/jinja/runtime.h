#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "jinja/heap.h"
#include "jinja/template.h"
#include "jinja/value.h"

namespace dynamo::jinja {

/// Why a template cannot be read or rendered. It stands for Python's exceptions: thrown anywhere below
/// Template::parse and Template::render, and caught there alone.
struct Fault {
  Errc code;
  std::string message;
  std::uint32_t line;
  bool raised = false;  // by the template itself, through raise_exception
};

/// What one rendering has at hand: memory, limits, the line it is at, and the inputs from outside.
/// Threads: one.
class Runtime {
 public:
  Runtime(const json::object& variables, const Options& options)
      : heap(options.limits.memory_bytes),
        variables(variables),
        options(options),
        steps_(options.limits.steps) {}
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// Counts work done; fails when the budget is spent.
  void charge(std::uint64_t steps) {
    if (steps > steps_) out_of_steps();
    steps_ -= steps;
  }
  /// Work in proportion to a text: copying and comparing; or looking at each of its characters.
  void charge_bytes(std::size_t bytes) { charge(bytes / 64 + 1); }
  void charge_characters(std::size_t bytes) { charge(bytes / 8 + 1); }

  [[noreturn]] void fail(std::string message) const;
  [[noreturn]] void fail(Errc code, std::string message) const;

  Value text(std::string_view text) { return Value::text(checked_copy(text)); }
  Value join(const Value& left, const Value& right);
  Value list(std::span<const Value> values);
  Value tuple(std::span<const Value> values);
  Value group(const Value& key, const Value& members);
  /// An undefined value that says `message` when it is used.
  Value undefined(std::string_view message);
  /// `owner` ("dict object") has no attribute `name`.
  Value no_attribute(std::string_view owner, std::string_view name);

  Heap heap;
  const json::object& variables;
  const Options& options;
  std::uint32_t line = 1;
  std::uint32_t depth = 0;

 private:
  std::string_view checked_copy(std::string_view text);
  [[noreturn]] void out_of_steps() const;

  std::uint64_t steps_;
};

/// Counts one more level of nesting for as long as it lives; fails when there are too many.
class Deeper {
 public:
  explicit Deeper(Runtime& runtime) : runtime_(runtime) {
    if (runtime_.depth >= runtime_.options.limits.depth) too_deep(runtime_);
    ++runtime_.depth;
  }
  ~Deeper() { --runtime_.depth; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;

 private:
  [[noreturn]] static void too_deep(const Runtime& runtime);
  Runtime& runtime_;
};

}  // namespace dynamo::jinja
