#include "cli/hidden_commands.h"

#include <filesystem>
#include <unistd.h>

#include "node/python.h"
#include "process/reaper.h"

namespace dynamo::cli {
namespace {

constexpr int kCannotExecute = 127;

int run_shim(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 2, argv + argc);
  std::error_code ignored;
  const auto dynamo = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const Error why = node::run_python_shim(arguments, Environment::of_process(), dynamo.string());
  fmt::print(stderr, "python3 (of dynamo): {}\n", why.message);
  return kCannotExecute;
}

}  // namespace

std::optional<int> run_hidden_command(int argc, char** argv) {
  const std::string_view name = argc > 1 ? argv[1] : "";
  if (name == "pod-reaper") return process::run_reaper(STDIN_FILENO);
  if (name == "python3-shim") return run_shim(argc, argv);
  return std::nullopt;
}

}  // namespace dynamo::cli
