#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "base/error.h"
#include "process/mounts.h"
#include "process/spawn.h"

/// The reaper: a process between a platform and one tree of processes of a pod. It adopts every orphan of the
/// tree, and ends the whole tree when its control socket closes, so that nothing stays behind whoever dies
/// how.
///
/// The control socket, towards the reaper: one line of JSON (the tree's first process), then single bytes
/// (`ReaperCommand`). Back: lines, see `ReaperReport`.
namespace dynamo::process {

/// The first process of a tree. Its output is the reaper's own.
struct TreeSpec {
  std::vector<std::string> argv;
  Environment environment;
  std::string working_directory;
  std::vector<BindMount> mounts{};  // not empty: seen by this tree alone

  /// One line of JSON.
  std::string to_line() const;
  static Result<TreeSpec> parse(std::string_view line);
};

enum class ReaperCommand : char {
  /// SIGTERM to the first process. When that is what ends it (a shell that does not pass signals on) the rest
  /// of
  /// the tree gets the signal too and may end in peace; otherwise the rest is killed, as the rest of a
  /// container is.
  terminate = 'T',
  kill = 'K',  // SIGKILL to the whole tree
};

/// What the reaper says: "pid 12", once, then "exit code 3" or "exit signal 9" when the whole tree has gone;
/// or "error REASON message" instead of both.
struct ReaperReport {
  std::optional<pid_t> pid{};
  std::optional<ExitStatus> exit{};
  std::optional<Error> error{};

  std::string to_line() const;
  static Result<ReaperReport> parse(std::string_view line);
};

/// What `dynamo pod-reaper` does, on the control socket `control`. Returns the process's exit code. The
/// process must be single-threaded.
int run_reaper(int control);

}  // namespace dynamo::process
