#include "process/tree.h"

#include <charconv>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test_folder.h"
#include "process/descriptor.h"

// The reaper is this program run again with one argument; constructors run before the test framework's main.
namespace {
int run_reaper_when_asked(int argc, char** argv, char**) {
  if (argc == 2 && std::string_view(argv[1]) == "pod-reaper") std::_Exit(dynamo::process::run_reaper(0));
  return 0;
}
[[gnu::section(".init_array"), gnu::used]] int (*const kReaperEntry)(int, char**,
                                                                     char**) = &run_reaper_when_asked;
}  // namespace

namespace dynamo::process {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kReaper{"/proc/self/exe", "pod-reaper"};

TreeSpec shell(std::string script) {
  TreeSpec spec;
  spec.argv = {"sh", "-c", std::move(script)};
  spec.environment = {{"PATH", "/usr/bin:/bin"}};
  return spec;
}

/// A tree whose output comes through a pipe.
struct Running {
  Result<std::unique_ptr<ProcessTree>> tree = fail(Errc::internal, "not started");
  std::unique_ptr<net::Stream> output;
};

net::Task<Running> start(net::Loop& loop, TreeSpec spec) {
  Running out;
  auto pipe = Pipe::open();
  out.tree =
      co_await ProcessTree::start(loop, kReaper, std::move(spec), pipe->write.get(), pipe->write.get());
  pipe->write.close();
  out.output = net::open_pipe_stream(loop, pipe->read.release());
  co_return std::move(out);
}

net::Task<std::string> read_line(net::Stream& stream) {
  std::string line;
  char byte[1];
  for (;;) {
    const auto n = co_await stream.read(byte);
    if (!n || *n == 0 || byte[0] == '\n') co_return line;
    line.push_back(byte[0]);
  }
}

/// The end of the pipe: no process of the tree is left that could write to it.
net::Task<std::string> read_to_end(net::Stream& stream) {
  std::string all;
  char bytes[256];
  for (;;) {
    const auto n = co_await stream.read(bytes);
    if (!n || *n == 0) co_return all;
    all.append(bytes, *n);
  }
}

net::Task<void> exits_with_its_code(net::Loop& loop) {
  Running running = co_await start(loop, shell("echo $$; exit 5"));
  if (!running.tree) co_return ADD_FAILURE() << running.tree.error().message;
  const std::string pid = co_await read_line(*running.output);
  EXPECT_EQ(pid, std::to_string((*running.tree)->pid()));
  const ExitStatus status = co_await (*running.tree)->wait();
  EXPECT_EQ(status, (ExitStatus{.code = 5, .signal = 0}));
}

TEST(ProcessTree, ReportsPidAndExitOfTheFirstProcess) {
  net::Loop loop;
  net::run(loop, exits_with_its_code(loop));
}

net::Task<void> refuses_unknown_command(net::Loop& loop) {
  TreeSpec spec = shell("");
  spec.argv = {"no-such-engine"};
  Running running = co_await start(loop, std::move(spec));
  EXPECT_FALSE(running.tree);
  if (running.tree) co_return;
  EXPECT_EQ(running.tree.error().code, Errc::not_found);
  EXPECT_THAT(running.tree.error().message, HasSubstr("no-such-engine was not found on the path"));
}

TEST(ProcessTree, SaysWhyACommandCannotBeRun) {
  net::Loop loop;
  net::run(loop, refuses_unknown_command(loop));
}

/// A child in another session that has left its parent, as daemons do.
constexpr const char* kDaemon = "setsid sh -c 'trap \"\" TERM HUP; echo daemon; exec sleep 1000' & wait; ";

net::Task<void> kills_what_is_left(net::Loop& loop) {
  Running running =
      co_await start(loop, shell("setsid sh -c 'echo daemon; exec sleep 1000' & read x </dev/zero; exit 0"));
  const std::string line = co_await read_line(*running.output);
  EXPECT_EQ(line, "daemon");
  ::kill((*running.tree)->pid(), SIGKILL);
  const ExitStatus status = co_await (*running.tree)->wait();
  EXPECT_EQ(status.signal, SIGKILL);
  const std::string rest = co_await read_to_end(*running.output);
  EXPECT_EQ(rest, "");
}

TEST(ProcessTree, EndsDaemonsTogetherWithTheFirstProcess) {
  net::Loop loop;
  net::run(loop, kills_what_is_left(loop));
}

net::Task<void> kill_reaches_all(net::Loop& loop) {
  Running running = co_await start(loop, shell(std::string("trap '' TERM; ") + kDaemon));
  co_await read_line(*running.output);
  (*running.tree)->terminate();
  (*running.tree)->kill();
  const ExitStatus status = co_await (*running.tree)->wait();
  EXPECT_EQ(status.signal, SIGKILL);
  co_await read_to_end(*running.output);
}

TEST(ProcessTree, KillReachesWhatIgnoresSignalsAndLeftTheSession) {
  net::Loop loop;
  net::run(loop, kill_reaches_all(loop));
}

net::Task<void> shell_passes_it_on(net::Loop& loop) {
  Running running = co_await start(
      loop,
      shell("sh -c 'trap \"echo drained; exit 0\" TERM; echo up; while :; do sleep 0.01; done'; echo never"));
  const std::string line = co_await read_line(*running.output);
  EXPECT_EQ(line, "up");
  (*running.tree)->terminate();
  const ExitStatus status = co_await (*running.tree)->wait();
  EXPECT_EQ(status.signal, SIGTERM);
  const std::string rest = co_await read_to_end(*running.output);
  EXPECT_EQ(rest, "drained\n");
}

TEST(ProcessTree, TerminateReachesTheProcessBehindAShell) {
  net::Loop loop;
  net::run(loop, shell_passes_it_on(loop));
}

net::Task<void> own_handler_decides(net::Loop& loop) {
  Running running = co_await start(
      loop,
      shell("trap 'exit 4' TERM; setsid sh -c 'echo up; exec sleep 1000' & while :; do sleep 0.01; done"));
  co_await read_line(*running.output);
  (*running.tree)->terminate();
  const ExitStatus status = co_await (*running.tree)->wait();
  EXPECT_EQ(status, (ExitStatus{.code = 4, .signal = 0}));
  co_await read_to_end(*running.output);
}

TEST(ProcessTree, AFirstProcessThatEndsByItselfTakesTheRestWithIt) {
  net::Loop loop;
  net::run(loop, own_handler_decides(loop));
}

/// In a child process, which is then killed with SIGKILL: the platform's sudden death.
[[noreturn]] void be_a_platform(int output) {
  net::Loop loop;
  struct Body {
    static net::Task<void> run(net::Loop& body_loop, int to) {
      TreeSpec spec = shell(std::string(kDaemon) + "sleep 1000");
      auto tree = co_await ProcessTree::start(body_loop, kReaper, std::move(spec), to, to);
      ::kill(::getpid(), SIGKILL);
    }
  };
  net::run(loop, Body::run(loop, output));
  std::_Exit(1);
}

TEST(ProcessTree, NothingIsLeftWhenThePlatformIsKilled) {
  auto pipe = Pipe::open();
  const pid_t platform = ::fork();
  if (platform == 0) be_a_platform(pipe->write.get());
  pipe->write.close();
  int status = 0;
  ::waitpid(platform, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  net::Loop loop;
  const auto output = net::open_pipe_stream(loop, pipe->read.release());
  net::run(loop, read_to_end(*output));  // ends only when the reaper and all of its tree are gone
}

net::Task<void> reaper_killed(net::Loop& loop) {
  Running running = co_await start(loop, shell("echo $PPID; exec sleep 1000"));
  const std::string reaper = co_await read_line(*running.output);
  pid_t pid = 0;
  std::from_chars(reaper.data(), reaper.data() + reaper.size(), pid);
  ::kill(pid, SIGKILL);
  const ExitStatus status = co_await (*running.tree)->wait();
  EXPECT_EQ(status.signal, SIGKILL);
  co_await read_to_end(*running.output);
}

TEST(ProcessTree, TheFirstProcessDiesWithItsReaper) {
  net::Loop loop;
  net::run(loop, reaper_killed(loop));
}

net::Task<void> private_mount(net::Loop& loop, std::string source, std::string target) {
  TreeSpec spec =
      shell("cat '" + target + "'/hello; touch '" + target + "'/no 2>/dev/null || echo read-only");
  BindMount mount{.source = std::move(source), .target = std::move(target), .read_only = true};
  spec.mounts.push_back(std::move(mount));
  Running running = co_await start(loop, std::move(spec));
  if (!running.tree) co_return ADD_FAILURE() << running.tree.error().message;
  const std::string output = co_await read_to_end(*running.output);
  EXPECT_EQ(output, "hello\nread-only\n");
  co_await (*running.tree)->wait();
}

TEST(ProcessTree, SeesItsPrivateMounts) {
  if (!private_mounts_allowed()) GTEST_SKIP() << "this kernel gives us no mount namespace";
  const TestFolder folder;
  const std::string& root = folder.path();
  for (const std::string& inner : {root + "/source", root + "/target"}) ::mkdir(inner.c_str(), 0700);
  const Descriptor file{::open((root + "/source/hello").c_str(), O_WRONLY | O_CREAT, 0600)};
  ASSERT_EQ(::write(file.get(), "hello\n", 6), 6);
  net::Loop loop;
  net::run(loop, private_mount(loop, root + "/source", root + "/target"));
  EXPECT_NE(::access((root + "/target/hello").c_str(), F_OK), 0) << "the mount is seen outside";
}

TEST(ReaperWire, ReportsSurviveTheWire) {
  const auto again = [](const ReaperReport& report) {
    std::string line = report.to_line();
    line.pop_back();
    return ReaperReport::parse(line);
  };
  EXPECT_EQ(again({.pid = 12})->pid, 12);
  EXPECT_EQ(again({.exit = ExitStatus{.code = 3}})->exit, (ExitStatus{.code = 3}));
  EXPECT_EQ(again({.exit = ExitStatus{.signal = 9}})->exit, (ExitStatus{.signal = 9}));
  const auto error = again({.error = Error{Errc::forbidden, "a b: no", nullptr}});
  EXPECT_EQ(error->error->code, Errc::forbidden);
  EXPECT_EQ(error->error->message, "a b: no");
  EXPECT_FALSE(ReaperReport::parse("pid twelve"));
  EXPECT_FALSE(ReaperReport::parse("exit 3"));
}

TEST(ReaperWire, SpecsSurviveTheWire) {
  TreeSpec spec = shell("line one\nline two");
  spec.working_directory = "/w";
  spec.mounts.push_back({.source = "/a", .target = "/b", .read_only = true});
  const auto again = TreeSpec::parse(spec.to_line());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->argv, spec.argv);
  EXPECT_EQ(again->environment.variables(), spec.environment.variables());
  EXPECT_EQ(again->working_directory, spec.working_directory);
  EXPECT_EQ(again->mounts, spec.mounts);
  EXPECT_FALSE(TreeSpec::parse("{}"));
}

}  // namespace
}  // namespace dynamo::process
