#include "process/process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "net/signals.h"
#include "net/stream.h"

namespace dynamo::process {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

LaunchSpec shell(std::string script) {
  LaunchSpec spec;
  spec.argv = {"sh", "-c", std::move(script)};
  spec.environment = {{"PATH", "/usr/bin:/bin"}};
  return spec;
}

net::Task<std::string> read_to_end(net::Loop& loop, int fd) {
  const auto stream = net::open_pipe_stream(loop, fd);
  std::string out;
  char bytes[256];
  for (;;) {
    const auto n = co_await stream->read(bytes);
    if (!n || *n == 0) co_return out;
    out.append(bytes, *n);
  }
}

/// Runs `spec` to its end and returns what it wrote to its standard output.
net::Task<std::string> output_of(net::Loop& loop, LaunchSpec spec) {
  auto pipe = Pipe::open();
  spec.output = pipe->write.get();
  auto process = Process::start(loop, spec);
  pipe->write.close();
  if (!process) co_return process.error().message;
  std::string out = co_await read_to_end(loop, pipe->read.release());
  co_await (*process)->wait();
  co_return out;
}

net::Task<ExitStatus> status_of(net::Loop& loop, LaunchSpec spec) {
  auto process = Process::start(loop, spec);
  const auto status = co_await (*process)->wait();
  co_return status.value_or(ExitStatus{.code = -1});
}

TEST(Process, ReportsHowItEnded) {
  net::Loop loop;
  EXPECT_EQ(net::run(loop, status_of(loop, shell("exit 7"))), (ExitStatus{.code = 7, .signal = 0}));
  EXPECT_EQ(net::run(loop, status_of(loop, shell("kill -9 $$"))), (ExitStatus{.code = 0, .signal = SIGKILL}));
}

TEST(Process, SeesExactlyTheEnvironmentAndFolderGiven) {
  net::Loop loop;
  LaunchSpec spec = shell("echo \"$GREETING|$HOME|$PWD\"");
  spec.environment.set("GREETING", "hello");
  spec.working_directory = "/usr";
  EXPECT_EQ(net::run(loop, output_of(loop, spec)), "hello||/usr\n");
}

TEST(Process, StartsWithDefaultSignalsAndAnEmptyMask) {
  net::Loop loop;  // ignores SIGPIPE
  net::block_signals();
  const std::string status =
      net::run(loop, output_of(loop, shell("exec grep -E 'Sig(Blk|Ign)' /proc/self/status")));
  EXPECT_THAT(status, HasSubstr("SigBlk:\t0000000000000000"));
  // Signals 32 and 33 are the C library's own: whoever started us may have ignored them, and nobody can reset
  // them.
  constexpr std::uint64_t kReserved = 3ULL << 31;
  const std::uint64_t ignored = std::stoull(status.substr(status.find("SigIgn:") + 7), nullptr, 16);
  EXPECT_EQ(ignored & ~kReserved, 0U);
}

TEST(Process, StandardDescriptorsMayBeEachOthersNumbers) {
  net::Loop loop;
  auto pipe = Pipe::open();
  LaunchSpec spec = shell("echo out; echo err >&2");
  spec.output = pipe->write.get();
  spec.error = pipe->write.get();
  auto process = Process::start(loop, spec);
  pipe->write.close();
  EXPECT_EQ(net::run(loop, read_to_end(loop, pipe->read.release())), "out\nerr\n");
}

TEST(Process, InheritsOnlyWhatItIsGiven) {
  net::Loop loop;
  const Descriptor leaked{::open("/dev/null", O_RDONLY)};  // without O_CLOEXEC
  const Descriptor given{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  LaunchSpec spec =
      shell(fmt::format("test -e /proc/self/fd/{} && echo leaked; test -e /proc/self/fd/{} && echo given",
                        leaked.get(), given.get()));
  spec.passed = {given.get()};
  EXPECT_EQ(net::run(loop, output_of(loop, spec)), "given\n");
}

struct RefusedCase {
  const char* name;
  std::vector<std::string> argv;
  const char* folder;
  Errc code;
  const char* message;
};
class ProcessRefusal : public testing::TestWithParam<RefusedCase> {};

TEST_P(ProcessRefusal, SaysWhy) {
  net::Loop loop;
  LaunchSpec spec;
  spec.argv = GetParam().argv;
  spec.working_directory = GetParam().folder;
  spec.environment = {{"PATH", "/usr/bin:/bin"}};
  const auto process = Process::start(loop, spec);
  ASSERT_FALSE(process);
  EXPECT_EQ(process.error().code, GetParam().code);
  EXPECT_THAT(process.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, ProcessRefusal,
    testing::Values(RefusedCase{"empty", {}, "", Errc::invalid, "the command is empty"},
                    RefusedCase{"unknown_command",
                                {"no-such-engine"},
                                "",
                                Errc::not_found,
                                "no-such-engine was not found on the path /usr/bin:/bin"},
                    RefusedCase{"unknown_file", {"/no/such/file"}, "", Errc::not_found, "/no/such/file"},
                    RefusedCase{"not_executable", {"/etc/passwd"}, "", Errc::forbidden, "not an executable"},
                    RefusedCase{"a_folder", {"/usr"}, "", Errc::forbidden, "not an executable"},
                    RefusedCase{
                        "no_such_folder", {"true"}, "/no/such/folder", Errc::not_found, "/no/such/folder"}),
    [](const auto& row) { return std::string(row.param.name); });

net::Task<ExitStatus> terminated(net::Loop& loop, std::string script, Duration grace) {
  auto pipe = Pipe::open();
  LaunchSpec spec = shell(std::move(script));
  spec.output = pipe->write.get();
  auto process = Process::start(loop, spec);
  pipe->write.close();
  const auto ready = net::open_pipe_stream(loop, pipe->read.release());
  char byte[1];
  co_await ready->read(byte);  // the script says that its trap stands
  const auto status = co_await (*process)->terminate(grace);
  co_return status;
}

TEST(Process, TerminateLetsItEndInPeace) {
  net::Loop loop;
  const auto status =
      net::run(loop, terminated(loop, "trap 'exit 3' TERM; echo; while :; do sleep 0.01; done", seconds{60}));
  EXPECT_EQ(status, (ExitStatus{.code = 3, .signal = 0}));
}

TEST(Process, TerminateKillsWhatIgnoresIt) {
  net::Loop loop;
  const auto status =
      net::run(loop, terminated(loop, "trap '' TERM; echo; while :; do sleep 0.01; done", milliseconds{20}));
  EXPECT_EQ(status, (ExitStatus{.code = 0, .signal = SIGKILL}));
}

TEST(Process, ADroppedHandleLeavesNothingBehind) {
  net::Loop loop;
  pid_t pid = 0;
  {
    auto process = Process::start(loop, shell("sleep 1000"));
    pid = (*process)->pid();
  }
  EXPECT_NE(::kill(pid, 0), 0);
}

net::Task<bool> waits_in_vain(net::Loop& loop) {
  auto process = Process::start(loop, shell("sleep 1000"));
  const auto status = co_await (*process)->wait({}, loop.now() + milliseconds{1});
  co_return !status.has_value() && (*process)->running();
}

TEST(Process, WaitingEndsAtTheDeadline) {
  net::Loop loop;
  EXPECT_TRUE(net::run(loop, waits_in_vain(loop)));
}

}  // namespace
}  // namespace dynamo::process
