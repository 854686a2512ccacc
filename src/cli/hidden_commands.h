#pragma once

#include <optional>

namespace dynamo::cli {

/// The commands that programs call and people do not: `pod-reaper` and `python3-shim`. They take their
/// arguments as they are and must start fast, so they are told apart before any flag is read. The exit code
/// when it was one.
std::optional<int> run_hidden_command(int argc, char** argv);

}  // namespace dynamo::cli
