#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "base/error.h"

/// `python3 -m dynamo.…` without Python: the modules of the original become subcommands of ours with the same
/// flags. The node puts a folder with `python3` of its own first on every pod's PATH; that is `dynamo
/// python3-shim`.
namespace dynamo::node {

/// Which engine the node has chosen for a container, told to the shim.
inline constexpr std::string_view kEngineVariable = "DYNAMO_NODE_ENGINE";
/// The folder that the shim skips when it looks for the real python.
inline constexpr std::string_view kShimFolderVariable = "DYNAMO_NODE_SHIMS";

/// The `dynamo.X` module that a container's command runs, wherever it stands: as arguments of a python, or
/// inside a script for `sh -c`. Nothing when there is none or more than one.
std::optional<std::string> dynamo_module_of(std::span<const std::string> argv);

/// What the shim turns into.
struct PythonCommand {
  bool ours = false;  // `argv` is what follows `dynamo`; otherwise what follows the real python's name
  std::vector<std::string> argv;
  friend bool operator==(const PythonCommand&, const PythonCommand&) = default;
};

/// `arguments` are those behind `python3`; `engine` is the engine chosen for worker modules, empty = the
/// module's own. Errors: unsupported, for modules of the original that have no counterpart here.
Result<PythonCommand> translate_python(std::span<const std::string> arguments, std::string_view engine);

/// Writes `python3` and `python` into `folder`, each running `dynamo python3-shim`. Errors: io.
Result<void> write_shims(const std::string& folder, const std::string& dynamo);

/// What `dynamo python3-shim ARGUMENTS…` does: becomes the translated command. Returns only on failure.
Error run_python_shim(std::span<const std::string> arguments, const Environment& environment,
                      const std::string& dynamo);

}  // namespace dynamo::node
