#include "node/engines.h"

#include <array>

#include "process/spawn.h"

namespace dynamo::node {
namespace {

struct EngineRow {
  std::string_view module;
  std::string_view engine;
  std::string_view command;  // its own server; empty = built in
};
constexpr std::array kEngines{
    EngineRow{"dynamo.vllm", "vllm", "vllm"},
    EngineRow{"dynamo.sglang", "sglang", "sglang"},
    EngineRow{"dynamo.trtllm", "trtllm", "trtllm-serve"},
    EngineRow{"dynamo.mocker", "mock", ""},
};

struct ModeRow {
  EngineMode mode;
  std::string_view text;
};
constexpr std::array kModes{
    ModeRow{EngineMode::automatic, "auto"},
    ModeRow{EngineMode::mock, "mock"},
    ModeRow{EngineMode::echo, "echo"},
    ModeRow{EngineMode::real, "real"},
};

}  // namespace

std::optional<EngineMode> parse_engine_mode(std::string_view text) {
  for (const ModeRow& row : kModes) {
    if (row.text == text) return row.mode;
  }
  return std::nullopt;
}

std::string_view to_string(EngineMode mode) noexcept {
  for (const ModeRow& row : kModes) {
    if (row.mode == mode) return row.text;
  }
  return {};
}

std::optional<std::string_view> engine_of_module(std::string_view module) {
  for (const EngineRow& row : kEngines) {
    if (row.module == module) return row.engine;
  }
  return std::nullopt;
}

Result<EngineChoice> choose_engine(std::string_view wanted, EngineMode mode,
                                   const std::set<std::string, std::less<>>& installed) {
  const bool built_in = wanted == "mock";
  const bool present = built_in || installed.contains(wanted);
  switch (mode) {
    case EngineMode::mock:
      return EngineChoice{"mock", !built_in};
    case EngineMode::echo:
      return EngineChoice{"echo", true};
    case EngineMode::automatic:
      return present ? EngineChoice{std::string(wanted), false} : EngineChoice{"mock", true};
    case EngineMode::real:
      if (present) return EngineChoice{std::string(wanted), false};
      return fail(
          Errc::unsupported,
          fmt::format("the engine {} is not installed on this machine; without --engine real the mock engine "
                      "would stand in",
                      wanted));
  }
  return fail(Errc::internal, "unknown engine mode");
}

std::set<std::string, std::less<>> installed_engines(std::string_view path) {
  std::set<std::string, std::less<>> out;
  for (const EngineRow& row : kEngines) {
    if (!row.command.empty() && process::find_executable(row.command, path)) out.emplace(row.engine);
  }
  return out;
}

}  // namespace dynamo::node
