#include "process/reaper.h"

#include <charconv>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <set>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/descriptor.h"

namespace dynamo::process {
namespace {

constexpr std::size_t kMaxSpec = 8u << 20;  // bytes; arguments and environment of one process are smaller

/// The parent of `pid` as /proc says it; 0 when it has gone.
pid_t parent_of(std::string_view pid) {
  const Descriptor file{::open(fmt::format("/proc/{}/stat", pid).c_str(), O_RDONLY | O_CLOEXEC)};
  char text[512];
  const auto n = ::read(file.get(), text, sizeof text);
  if (n <= 0) return 0;
  // "12 (any name) S 1 …": the name may hold blanks and parentheses.
  const std::string_view stat(text, static_cast<std::size_t>(n));
  const auto name_end = stat.rfind(')');
  if (name_end == std::string_view::npos || stat.size() < name_end + 5) return 0;
  pid_t parent = 0;
  std::from_chars(stat.data() + name_end + 4, stat.data() + stat.size(), parent);
  return parent;
}

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> out;
  DIR* folder = ::opendir("/proc");
  if (folder == nullptr) return out;
  while (const dirent* entry = ::readdir(folder)) {
    const std::string_view name = entry->d_name;
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc{} || end != name.data() + name.size()) continue;
    if (parent_of(name) == parent) out.push_back(pid);
  }
  ::closedir(folder);
  return out;
}

ExitStatus from_wait_status(int status) {
  if (WIFSIGNALED(status)) return {.code = 0, .signal = WTERMSIG(status)};
  return {.code = WEXITSTATUS(status), .signal = 0};
}

class Reaper {
 public:
  explicit Reaper(int control) : control_(control) {}
  int run();

 private:
  enum class Ending : std::uint8_t { none, asked, forced };

  Result<TreeSpec> read_spec() const;
  Result<void> start();
  void report(const ReaperReport& report) const;
  void take_commands();
  void take_signals();
  /// Returns false when no child is left.
  bool collect();
  void end_rest();
  void signal_children(int signal) const;
  void ask_to_end();
  void force_to_end();

  int control_;
  Descriptor signals_;
  pid_t first_ = 0;
  std::optional<ExitStatus> first_status_;
  Ending ending_ = Ending::none;
  std::set<pid_t> asked_;  // children that have had SIGTERM from us
};

int Reaper::run() {
  if (auto started = start(); !started) {
    report({.error = std::move(started.error())});
    return 1;
  }
  report({.pid = first_});
  pollfd ready[2] = {{.fd = control_, .events = POLLIN, .revents = 0},
                     {.fd = signals_.get(), .events = POLLIN, .revents = 0}};
  while (collect()) {
    if (::poll(ready, 2, -1) < 0 && errno != EINTR) force_to_end();
    if (ready[0].revents != 0) take_commands();
    if (ready[1].revents != 0) take_signals();
    if (control_ < 0) ready[0].fd = -1;
  }
  report({.exit = first_status_.value_or(ExitStatus{.code = 0, .signal = SIGKILL})});
  return 0;
}

/// One line. No command follows it in the same read: the platform sends none before it has heard of the pid.
Result<TreeSpec> Reaper::read_spec() const {
  std::string line;
  char bytes[4096];
  while (line.empty() || line.back() != '\n') {
    const auto n = ::read(control_, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return fail(Errc::cancelled, "the platform went away");
    line.append(bytes, static_cast<std::size_t>(n));
    if (line.size() > kMaxSpec) return fail(Errc::too_large, "arguments and environment exceed 8 MiB");
  }
  return TreeSpec::parse(line);
}

Result<void> Reaper::start() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  auto spec = read_spec();
  if (!spec) return std::unexpected(std::move(spec.error()));
  if (!spec->mounts.empty()) {
    if (auto mounted = enter_private_mounts(spec->mounts); !mounted) return mounted;
  }
  sigset_t watched;
  sigemptyset(&watched);
  for (const int signal : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) sigaddset(&watched, signal);
  ::sigprocmask(SIG_BLOCK, &watched, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  signals_ = Descriptor{::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK)};
  ::fcntl(control_, F_SETFD, FD_CLOEXEC);

  LaunchSpec launch;
  launch.argv = std::move(spec->argv);
  launch.environment = std::move(spec->environment);
  launch.working_directory = std::move(spec->working_directory);
  launch.output = STDOUT_FILENO;
  launch.error = STDERR_FILENO;
  const auto first = spawn(launch);
  if (!first) return std::unexpected(first.error());
  first_ = *first;
  return {};
}

void Reaper::report(const ReaperReport& report) const {
  if (control_ < 0) return;
  const std::string line = report.to_line();
  [[maybe_unused]] const auto n = ::send(control_, line.data(), line.size(), MSG_NOSIGNAL);
}

void Reaper::take_commands() {
  char command = 0;
  const auto n = ::recv(control_, &command, 1, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) {
    control_ = -1;
    return force_to_end();
  }
  if (command == static_cast<char>(ReaperCommand::terminate)) ask_to_end();
  if (command == static_cast<char>(ReaperCommand::kill)) force_to_end();
}

void Reaper::take_signals() {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
    if (info.ssi_signo != SIGCHLD) ask_to_end();
  }
}

bool Reaper::collect() {
  for (;;) {
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, WNOHANG);
    if (pid < 0 && errno == EINTR) continue;
    if (pid < 0) return false;
    if (pid == first_) first_status_ = from_wait_status(status);
    if (pid == 0) break;
  }
  if (first_status_ || ending_ == Ending::forced) end_rest();
  return true;
}

void Reaper::end_rest() {
  const bool signal_stopped_at_the_first = ending_ == Ending::asked && first_status_->signal == SIGTERM;
  if (!signal_stopped_at_the_first) return signal_children(SIGKILL);
  for (const pid_t child : children_of(::getpid())) {
    if (asked_.insert(child).second) ::kill(child, SIGTERM);
  }
}

void Reaper::signal_children(int signal) const {
  for (const pid_t child : children_of(::getpid())) ::kill(child, signal);
}

void Reaper::ask_to_end() {
  if (ending_ == Ending::none) ending_ = Ending::asked;
  if (!first_status_) ::kill(first_, SIGTERM);
}

/// Killed processes leave their children to us; `collect` goes on until none is left.
void Reaper::force_to_end() {
  ending_ = Ending::forced;
  signal_children(SIGKILL);
}

}  // namespace

int run_reaper(int control) { return Reaper(control).run(); }

}  // namespace dynamo::process
