#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/loop.h"
#include "net/stream.h"
#include "process/process.h"
#include "process/reaper.h"

namespace dynamo::process {

/// A process and everything that it starts, under a reaper of their own (reaper.h). When this process dies,
/// however, the reaper kills the tree. Threads: its loop's.
///   auto tree = co_await ProcessTree::start(…); … tree->terminate(); auto status = co_await tree->wait();
class ProcessTree {
 public:
  /// Returns once the first process runs. `reaper` is the command that ends in `run_reaper(0)`: its standard
  /// input is the control socket. `output` and `error` become the tree's. Errors: as `spawn` and
  /// `enter_private_mounts`.
  static net::Task<Result<std::unique_ptr<ProcessTree>>> start(net::Loop& loop,
                                                               std::vector<std::string> reaper, TreeSpec spec,
                                                               int output, int error);
  ProcessTree(const ProcessTree&) = delete;
  ProcessTree& operator=(const ProcessTree&) = delete;

  /// Of the first process.
  pid_t pid() const noexcept { return pid_; }
  void terminate() { command(ReaperCommand::terminate); }
  void kill() { command(ReaperCommand::kill); }
  /// How the first process ended, once the whole tree has gone. One waiter. A reaper that was killed itself
  /// counts as SIGKILL for its tree.
  net::Task<ExitStatus> wait();

 private:
  ProcessTree(std::unique_ptr<Process> reaper, std::unique_ptr<net::Stream> control)
      : reaper_(std::move(reaper)), control_(std::move(control)) {}
  void command(ReaperCommand command);
  /// The next line; nothing when the reaper has gone.
  net::Task<std::optional<ReaperReport>> next_report();

  std::unique_ptr<Process> reaper_;
  std::unique_ptr<net::Stream> control_;
  std::string received_;
  pid_t pid_ = 0;
};

}  // namespace dynamo::process
