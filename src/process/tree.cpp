#include "process/tree.h"

#include "process/descriptor.h"

namespace dynamo::process {

net::Task<Result<std::unique_ptr<ProcessTree>>> ProcessTree::start(net::Loop& loop,
                                                                   std::vector<std::string> reaper,
                                                                   TreeSpec spec, int output, int error) {
  const std::string what = fmt::format("starting {}", spec.argv.empty() ? "nothing" : spec.argv.front());
  auto sockets = SocketPair::open();
  if (!sockets) co_return context(what, std::move(sockets.error()));
  LaunchSpec launch;
  launch.argv = std::move(reaper);
  launch.environment = Environment::of_process();
  launch.input = sockets->theirs.get();
  launch.output = output;
  launch.error = error;
  launch.signal_when_parent_dies = 0;  // it must outlive us by the moment that ending the tree takes
  auto process = Process::start(loop, launch);
  if (!process) co_return context(what, std::move(process.error()));
  sockets->theirs.close();
  auto control = net::open_pipe_stream(loop, sockets->ours.release());
  std::unique_ptr<ProcessTree> tree(new ProcessTree(std::move(*process), std::move(control)));

  const std::string line = spec.to_line();
  const auto sent = co_await tree->control_->write(line);
  if (!sent) co_return context(what, sent.error());
  const auto report = co_await tree->next_report();
  if (!report) co_return fail(Errc::io, what + ": the reaper ended without a word");
  if (report->error) co_return std::unexpected(*report->error);
  if (!report->pid) co_return fail(Errc::internal, what + ": the reaper said something unexpected");
  tree->pid_ = *report->pid;
  co_return std::move(tree);
}

net::Task<ExitStatus> ProcessTree::wait() {
  const auto report = co_await next_report();
  co_await reaper_->wait();
  if (report && report->exit) co_return *report->exit;
  co_return ExitStatus{.code = 0, .signal = SIGKILL};
}

/// A socket that takes no byte more belongs to a reaper that is gone or about to be.
void ProcessTree::command(ReaperCommand command) {
  const char byte = static_cast<char>(command);
  control_->try_write({&byte, 1});
}

net::Task<std::optional<ReaperReport>> ProcessTree::next_report() {
  for (;;) {
    const auto end = received_.find('\n');
    if (end != std::string::npos) {
      const auto report = ReaperReport::parse(std::string_view(received_).substr(0, end));
      received_.erase(0, end + 1);
      if (!report) co_return std::nullopt;
      co_return *report;
    }
    char bytes[1024];
    const auto n = co_await control_->read(bytes);
    if (!n || *n == 0) co_return std::nullopt;
    received_.append(bytes, *n);
  }
}

}  // namespace dynamo::process
