#pragma once

#include <memory>
#include <optional>
#include <sys/types.h>

#include "base/error.h"
#include "net/loop.h"
#include "process/descriptor.h"
#include "process/spawn.h"

namespace dynamo::process {

/// A child process on a loop. Destroying the handle of one that still runs kills its
/// group and waits for it. Threads: its loop's.
class Process {
 public:
  /// Errors: as `spawn`.
  static Result<std::unique_ptr<Process>> start(net::Loop& loop, const LaunchSpec& spec);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const noexcept { return pid_; }
  bool running() const noexcept { return !status_.has_value(); }
  /// How it ended, once it has.
  const std::optional<ExitStatus>& status() const noexcept { return status_; }

  /// Nothing when `stop` was asked for or `deadline` passed first. Any number may wait.
  net::Task<std::optional<ExitStatus>> wait(std::stop_token stop = {},
                                            std::optional<TimePoint> deadline = {});
  /// To the process alone; nothing happens when it has ended.
  void send(int signal);
  /// To its process group, which outlives it as long as one member does. Needs `own_session`.
  void send_to_group(int signal);
  /// SIGTERM to the process; SIGKILL to its group when it still runs after `grace`, and to what it leaves
  /// behind.
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
