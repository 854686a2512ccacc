#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/error.h"

namespace dynamo::node {

/// What `dynamo up --engine` says: which engine stands behind the workers of a graph.
enum class EngineMode : std::uint8_t {
  automatic,  // the real one where it is installed, else the mock
  mock,
  echo,
  real,  // refuse where it is not installed
};
std::optional<EngineMode> parse_engine_mode(std::string_view text);
std::string_view to_string(EngineMode mode) noexcept;

/// Which engine a worker module gets.
struct EngineChoice {
  std::string engine;        // "mock", "echo", or the module's own: "vllm", "sglang", "trtllm"
  bool substituted = false;  // the module asked for another one
  friend bool operator==(const EngineChoice&, const EngineChoice&) = default;
};

/// The engine that a `python3 -m dynamo.X` module names: "vllm" for dynamo.vllm, "mock" for dynamo.mocker;
/// nothing for modules that are no workers.
std::optional<std::string_view> engine_of_module(std::string_view module);

/// Errors: unsupported, when the mode is `real` and the engine is not among those installed.
Result<EngineChoice> choose_engine(std::string_view wanted, EngineMode mode,
                                   const std::set<std::string, std::less<>>& installed);

/// The engines whose server commands are on `path`.
std::set<std::string, std::less<>> installed_engines(std::string_view path);

}  // namespace dynamo::node
