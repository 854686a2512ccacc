#include "up/background.h"

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "process/descriptor.h"
#include "process/spawn.h"

#include "up/lock.h"
#include "up/reporter.h"

namespace dynamo::up {
namespace {

bool wait_for_exit(int pidfd, Duration patience) {
  pollfd ended{.fd = pidfd, .events = POLLIN, .revents = 0};
  const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(patience).count();
  return ::poll(&ended, 1, static_cast<int>(limit)) == 1;
}

}  // namespace

Result<void> start_in_background(std::vector<std::string> argv, const StateDir& state,
                                 Environment environment) {
  std::error_code failed;
  std::filesystem::create_directories(state.root, failed);
  const std::string log = state.log().string();
  const process::Descriptor output{::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (!output) return std::unexpected(system_error(fmt::format("opening {}", log), errno));
  auto report = process::Pipe::open();
  if (!report) return std::unexpected(std::move(report.error()));

  process::LaunchSpec spec;
  spec.argv = std::move(argv);
  spec.environment = std::move(environment);
  spec.environment.set(kReportVariable, std::to_string(report->write.get()));
  spec.input = STDIN_FILENO;  // "-" may be among the files
  spec.output = output.get();
  spec.error = output.get();
  spec.passed = {report->write.get()};
  spec.signal_when_parent_dies = 0;
  const auto started = process::spawn(spec);
  if (!started) return std::unexpected(started.error());
  report->write.close();
  auto outcome = follow_report(report->read.get());
  if (!outcome && outcome.error().code == Errc::internal)
    outcome.error().message += fmt::format("; see {}", log);
  return outcome;
}

Result<bool> end_platform(const StateDir& state, Duration patience) {
  const pid_t pid = lock_holder(state.lock().string());
  if (pid == 0) return false;
  const process::Descriptor pidfd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
  if (!pidfd) return true;  // it has just ended
  if (::kill(pid, SIGTERM) != 0 && errno != ESRCH) {
    return std::unexpected(system_error(fmt::format("ending process {}", pid), errno));
  }
  if (wait_for_exit(pidfd.get(), patience)) return true;
  ::kill(pid, SIGKILL);
  wait_for_exit(pidfd.get(), std::chrono::seconds{5});
  return true;
}

}  // namespace dynamo::up
