#include "process/spawn.h"

#include <cstring>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/descriptor.h"

namespace dynamo::process {
namespace {

/// What went wrong between fork and exec, written by the child through a pipe that closes when exec succeeds.
struct ChildFailure {
  enum class Step : int { session, descriptors, working_directory, exec } step;
  int error;
};

/// Everything the child needs, made before the fork: between fork and exec only system calls are allowed.
struct ChildPlan {
  std::string program;
  std::vector<const char*> argv;
  std::vector<std::string> variables;
  std::vector<const char*> environment;
  const LaunchSpec* spec = nullptr;
  int failure_pipe = -1;
  pid_t parent = 0;
};

Result<ChildPlan> make_plan(const LaunchSpec& spec) {
  if (spec.argv.empty() || spec.argv.front().empty()) return fail(Errc::invalid, "the command is empty");
  auto program =
      find_executable(spec.argv.front(), spec.environment.get_or("PATH", "/usr/local/bin:/usr/bin:/bin"));
  if (!program) return std::unexpected(std::move(program.error()));
  ChildPlan plan;
  plan.program = std::move(*program);
  for (const std::string& argument : spec.argv) plan.argv.push_back(argument.c_str());
  plan.argv.push_back(nullptr);
  for (const auto& [name, value] : spec.environment.variables()) plan.variables.push_back(name + "=" + value);
  for (const std::string& variable : plan.variables) plan.environment.push_back(variable.c_str());
  plan.environment.push_back(nullptr);
  plan.spec = &spec;
  plan.parent = ::getpid();
  return plan;
}

[[noreturn]] void give_up(const ChildPlan& plan, ChildFailure::Step step) {
  const ChildFailure failure{step, errno};
  [[maybe_unused]] const auto n = ::write(plan.failure_pipe, &failure, sizeof failure);
  ::_exit(127);
}

void reset_signals() {
  for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Makes `from` the child's descriptor `to`. `from` has been moved above 2 already, or is -1 for /dev/null.
bool become(int from, int to, int open_flags) {
  if (from >= 0) return ::dup2(from, to) == to;
  const int null = ::open("/dev/null", open_flags | O_CLOEXEC);
  if (null < 0) return false;
  return null == to ? ::fcntl(null, F_SETFD, 0) == 0 : ::dup2(null, to) == to;
}

/// The three standard descriptors may be any of ours, also each other's numbers: first copies above them all.
bool arrange_descriptors(const LaunchSpec& spec) {
  const int wanted[3] = {spec.input, spec.output, spec.error};
  int copies[3] = {-1, -1, -1};
  for (int i = 0; i < 3; ++i) {
    if (wanted[i] < 0) continue;
    copies[i] = ::fcntl(wanted[i], F_DUPFD_CLOEXEC, 64);
    if (copies[i] < 0) return false;
  }
  for (int i = 0; i < 3; ++i) {
    if (!become(copies[i], i, i == 0 ? O_RDONLY : O_WRONLY)) return false;
  }
  // Whatever else is open here, on purpose or by accident of who started us, stays here.
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  for (const int fd : spec.passed) {
    if (::fcntl(fd, F_SETFD, 0) != 0) return false;
  }
  return true;
}

[[noreturn]] void run_child(const ChildPlan& plan) {
  using Step = ChildFailure::Step;
  const LaunchSpec& spec = *plan.spec;
  reset_signals();
  if (spec.own_session && ::setsid() < 0) give_up(plan, Step::session);
  if (spec.signal_when_parent_dies != 0) {
    ::prctl(PR_SET_PDEATHSIG, spec.signal_when_parent_dies);
    if (::getppid() != plan.parent) ::_exit(127);  // it died before the line above
  }
  if (!arrange_descriptors(spec)) give_up(plan, Step::descriptors);
  if (!spec.working_directory.empty() && ::chdir(spec.working_directory.c_str()) != 0) {
    give_up(plan, Step::working_directory);
  }
  ::execve(plan.program.c_str(), const_cast<char* const*>(plan.argv.data()),
           const_cast<char* const*>(plan.environment.data()));
  give_up(plan, Step::exec);
}

Error describe(const ChildFailure& failure, const ChildPlan& plan) {
  switch (failure.step) {
    case ChildFailure::Step::session:
      return system_error(fmt::format("starting {}: making a session", plan.program), failure.error);
    case ChildFailure::Step::descriptors:
      return system_error(fmt::format("starting {}: arranging descriptors", plan.program), failure.error);
    case ChildFailure::Step::working_directory:
      return system_error(fmt::format("starting {}: entering {}", plan.program, plan.spec->working_directory),
                          failure.error);
    case ChildFailure::Step::exec:
      return system_error(fmt::format("starting {}", plan.program), failure.error);
  }
  return system_error(plan.program, failure.error);
}

std::optional<ChildFailure> read_failure(int fd) {
  ChildFailure failure;
  for (;;) {
    const auto n = ::read(fd, &failure, sizeof failure);
    if (n == sizeof failure) return failure;
    if (n >= 0 || errno != EINTR) return std::nullopt;
  }
}

/// Forks with every signal blocked, so that no handler of ours runs in the child before it has reset them.
pid_t fork_child(const ChildPlan& plan) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) run_child(plan);
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return pid;
}

bool is_executable_file(const std::string& path) {
  return ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0 &&
         ::access((path + "/.").c_str(), F_OK) != 0;
}

}  // namespace

std::string ExitStatus::to_string() const {
  if (signal == 0) return fmt::format("exit code {}", code);
  return fmt::format("signal {} ({})", signal, ::strsignal(signal));
}

Result<std::string> find_executable(std::string_view command, std::string_view path) {
  if (command.find('/') != std::string_view::npos) {
    const std::string file(command);
    if (is_executable_file(file)) return file;
    if (::access(file.c_str(), F_OK) != 0)
      return fail(Errc::not_found, fmt::format("{} does not exist", command));
    return fail(Errc::forbidden, fmt::format("{} is not an executable file", command));
  }
  for (std::string_view rest = path; !rest.empty();) {
    const auto colon = rest.find(':');
    const std::string_view folder = rest.substr(0, colon);
    std::string file = fmt::format("{}/{}", folder.empty() ? "." : folder, command);
    if (is_executable_file(file)) return file;
    rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
  }
  return fail(Errc::not_found, fmt::format("{} was not found on the path {}", command, path));
}

Result<pid_t> spawn(const LaunchSpec& spec) {
  auto plan = make_plan(spec);
  if (!plan) return std::unexpected(std::move(plan.error()));
  auto failures = Pipe::open();
  if (!failures) return context(fmt::format("starting {}", plan->program), std::move(failures.error()));
  plan->failure_pipe = failures->write.get();
  const pid_t pid = fork_child(*plan);
  if (pid < 0) return std::unexpected(system_error(fmt::format("starting {}", plan->program), errno));
  failures->write.close();
  const auto failure = read_failure(failures->read.get());
  if (!failure) return pid;
  ::waitpid(pid, nullptr, 0);
  return std::unexpected(describe(*failure, *plan));
}

}  // namespace dynamo::process
