#pragma once

#include <csignal>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "base/environment.h"
#include "base/error.h"

namespace dynamo::process {

/// How a process ended: by itself with a code, or by a signal.
struct ExitStatus {
  int code = 0;    // 0 to 255; meaningless when a signal ended it
  int signal = 0;  // 0 = it ended by itself

  bool success() const noexcept { return signal == 0 && code == 0; }
  /// What a shell and a kubelet report: the code, or 128 + the signal.
  int shell_code() const noexcept { return signal != 0 ? 128 + signal : code; }
  /// "exit code 3", "signal 9 (Killed)".
  std::string to_string() const;
  friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
};

/// What to start and how. Descriptors are duplicated into the child; the caller keeps and closes its own.
struct LaunchSpec {
  std::vector<std::string> argv;  // argv[0] is looked up on the PATH of `environment` when it has no slash
  Environment environment;        // exactly this, nothing inherited
  std::string working_directory;  // empty = ours
  /// Descriptors of ours that become the child's 0, 1, 2; -1 = /dev/null.
  int input = -1;
  int output = -1;
  int error = -1;
  std::vector<int> passed{};  // ours, under the same number there
  /// Leads a session of its own, so that no signal of a terminal reaches it, and its group can be signalled
  /// whole.
  bool own_session = true;
  /// Sent to it by the kernel when the thread that started it ends, however it ends; 0 = none.
  int signal_when_parent_dies = SIGKILL;
};

/// The file that `command` means: itself when it has a slash, otherwise the first executable on `path`.
/// Errors: not_found, forbidden, naming the command and where it was looked for.
Result<std::string> find_executable(std::string_view command, std::string_view path);

/// Forks and executes; returns once the program has been loaded, so a command that cannot be run is an error
/// here. Signal mask and handlers are reset in the child. The caller reaps it; `Process` does so on a loop.
/// Errors: not_found (no such program or folder), forbidden, invalid (empty argv), too_many, io.
Result<pid_t> spawn(const LaunchSpec& spec);

}  // namespace dynamo::process
