#include "process/process.h"

#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dynamo::process {

/// Notices the end of the process: its pidfd becomes readable.
class Process::Exit final : public net::FdHandler {
 public:
  Exit(net::Loop& loop, Process& process) : loop_(loop), process_(process), ended_(loop) {
    watching_ = loop.watch(process.pidfd_.get(), *this).has_value();
  }
  ~Exit() {
    if (watching_) loop_.unwatch(process_.pidfd_.get(), *this);
  }
  Exit(const Exit&) = delete;
  Exit& operator=(const Exit&) = delete;

  void fd_ready(std::uint32_t events) override {
    if ((events & EPOLLIN) != 0) process_.reap(WNOHANG);
  }
  bool watching() const noexcept { return watching_; }
  net::Event& ended() noexcept { return ended_; }
  net::Loop& loop() const noexcept { return loop_; }

 private:
  net::Loop& loop_;
  Process& process_;
  net::Event ended_;
  bool watching_ = false;
};

Result<std::unique_ptr<Process>> Process::start(net::Loop& loop, const LaunchSpec& spec) {
  const auto pid = spawn(spec);
  if (!pid) return std::unexpected(pid.error());
  Descriptor pidfd{static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0))};
  std::unique_ptr<Process> process(new Process(loop, *pid, std::move(pidfd), spec.own_session));
  if (process->exit_->watching()) return process;
  const int error = errno;
  ::kill(*pid, SIGKILL);
  process->status_ = ExitStatus{.signal = SIGKILL};
  ::waitpid(*pid, nullptr, 0);
  return std::unexpected(system_error(fmt::format("watching {}", spec.argv.front()), error));
}

Process::Process(net::Loop& loop, pid_t pid, Descriptor pidfd, bool leads_group)
    : pid_(pid),
      leads_group_(leads_group),
      pidfd_(std::move(pidfd)),
      exit_(std::make_unique<Exit>(loop, *this)) {}

Process::~Process() {
  if (!running()) return;
  send(SIGKILL);
  send_to_group(SIGKILL);
  reap(0);
}

void Process::reap(int options) {
  if (!running()) return;
  siginfo_t info{};
  if (::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED | options) != 0 || info.si_pid == 0)
    return;
  const bool by_itself = info.si_code == CLD_EXITED;
  status_ = by_itself ? ExitStatus{.code = info.si_status, .signal = 0}
                      : ExitStatus{.code = 0, .signal = info.si_status};
  exit_->ended().set();
}

net::Task<std::optional<ExitStatus>> Process::wait(std::stop_token stop, std::optional<TimePoint> deadline) {
  co_await exit_->ended().wait(std::move(stop), deadline);
  co_return status_;
}

void Process::send(int signal) {
  if (running()) ::syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0);
}

void Process::send_to_group(int signal) {
  if (leads_group_) ::kill(-pid_, signal);
}

net::Task<ExitStatus> Process::terminate(Duration grace) {
  send(SIGTERM);
  const TimePoint deadline = exit_->loop().now() + grace;
  auto status = co_await wait({}, deadline);
  if (!status) send(SIGKILL);
  send_to_group(SIGKILL);
  status = co_await wait();
  co_return *status;
}

}  // namespace dynamo::process
