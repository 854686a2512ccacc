#pragma once

#include <csignal>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "base/environment.h"
#include "base/error.h"
#include "net/loop.h"
#include "process/descriptor.h"

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
  /// Leads a session of its own, so that no signal of a terminal reaches it, and its group can be signalled whole.
  bool own_session = true;
  /// Sent to it by the kernel when the thread that started it ends, however it ends; 0 = none.
  int signal_when_parent_dies = SIGKILL;
};

/// The file that `command` means: itself when it has a slash, otherwise the first executable on `path`.
/// Errors: not_found, forbidden, naming the command and where it was looked for.
Result<std::string> find_executable(std::string_view command, std::string_view path);

/// A child process. Signal mask and handlers are reset in it. Destroying the handle of one that still runs kills its
/// group and waits for it. Threads: its loop's.
class Process {
 public:
  /// Returns once the program has been loaded, so a command that cannot be run is an error here.
  /// Errors: not_found (no such program or folder), forbidden, invalid (empty argv), too_many, io.
  static Result<std::unique_ptr<Process>> start(net::Loop& loop, const LaunchSpec& spec);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const noexcept { return pid_; }
  bool running() const noexcept { return !status_.has_value(); }
  /// How it ended, once it has.
  const std::optional<ExitStatus>& status() const noexcept { return status_; }

  /// Nothing when `stop` was asked for or `deadline` passed first. Any number may wait.
  net::Task<std::optional<ExitStatus>> wait(std::stop_token stop = {}, std::optional<TimePoint> deadline = {});
  /// To the process alone; nothing happens when it has ended.
  void send(int signal);
  /// To its process group, which outlives it as long as one member does. Needs `own_session`.
  void send_to_group(int signal);
  /// SIGTERM to the process; SIGKILL to its group when it still runs after `grace`, and to what it leaves behind.
  net::Task<ExitStatus> terminate(Duration grace);

 private:
  class Exit;
  Process(net::Loop& loop, pid_t pid, Descriptor pidfd, bool leads_group);
  void reap(int options);

  pid_t pid_;
  bool leads_group_;
  Descriptor pidfd_;
  std::optional<ExitStatus> status_;
  std::unique_ptr<Exit> exit_;
};

}  // namespace dynamo::process
