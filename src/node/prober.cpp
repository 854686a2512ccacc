#include "node/prober.h"

#include "net/stream.h"
#include "process/tree.h"

namespace dynamo::node {
namespace {

/// A connection of its own for each attempt, and any certificate, as a kubelet does it.
net::HttpClientOptions client_options() {
  net::HttpClientOptions out;
  if (auto tls = net::TlsContext::client(
          {.certificate_pem = {}, .key_pem = {}, .ca_pem = {}, .insecure_skip_verify = true})) {
    out.tls = std::move(*tls);
  }
  out.max_idle_per_host = 0;
  out.user_agent = "kube-probe/dynamo";
  return out;
}

constexpr std::size_t kMaxQuotedOutput = 1024;

/// Kills the tree at the deadline or at a stop, unless it has ended.
net::Task<void> kill_late(process::ProcessTree& tree, net::Event& ended, TimePoint deadline,
                          std::stop_token stop) {
  const bool in_time = co_await ended.wait(std::move(stop), deadline);
  if (!in_time) tree.kill();
}

net::Task<void> collect(net::Loop& loop, int fd, std::string& into) {
  const auto stream = net::open_pipe_stream(loop, fd);
  char bytes[4096];
  for (;;) {
    const auto n = co_await stream->read(bytes);
    if (!n || *n == 0) co_return;
    into.append(bytes, std::min(*n, kMaxQuotedOutput - std::min(kMaxQuotedOutput, into.size())));
  }
}

}  // namespace

Prober::Prober(net::Loop& loop, std::vector<std::string> reaper)
    : loop_(loop), reaper_(std::move(reaper)), client_(loop, client_options()) {}

net::Task<ProbeOutcome> Prober::attempt(ProbeSpec spec, const ContainerPlan& container,
                                        std::stop_token stop) {
  const TimePoint deadline = std::chrono::steady_clock::now() + spec.timeout;
  ProbeOutcome outcome;
  if (auto* http_probe = std::get_if<HttpProbe>(&spec.action)) {
    outcome = co_await http(std::move(*http_probe), deadline, std::move(stop));
  } else if (auto* tcp_probe = std::get_if<TcpProbe>(&spec.action)) {
    outcome = co_await tcp(std::move(*tcp_probe), deadline, std::move(stop));
  } else {
    outcome =
        co_await exec(std::get<ExecProbe>(std::move(spec.action)), container, deadline, std::move(stop));
  }
  co_return outcome;
}

net::Task<ProbeOutcome> Prober::http(HttpProbe probe, TimePoint deadline, std::stop_token stop) {
  net::HttpClientRequest request;
  request.url = std::move(probe.url);
  request.headers = std::move(probe.headers);
  request.deadline = deadline;
  request.stop = std::move(stop);
  auto response = co_await client_.send(std::move(request));
  if (!response) co_return ProbeOutcome{false, std::move(response.error().message)};
  const int status = (*response)->status();
  if (status >= 200 && status < 400) co_return ProbeOutcome{true, {}};
  co_return ProbeOutcome{false, fmt::format("HTTP probe failed with statuscode: {}", status)};
}

net::Task<ProbeOutcome> Prober::tcp(TcpProbe probe, TimePoint deadline, std::stop_token stop) {
  const auto connection =
      co_await net::connect_host(loop_, probe.host, probe.port, deadline, std::move(stop));
  if (connection) co_return ProbeOutcome{true, {}};
  co_return ProbeOutcome{false, connection.error().message};
}

net::Task<ProbeOutcome> Prober::exec(ExecProbe probe, const ContainerPlan& container, TimePoint deadline,
                                     std::stop_token stop) {
  auto pipe = process::Pipe::open();
  if (!pipe) co_return ProbeOutcome{false, std::move(pipe.error().message)};
  process::TreeSpec spec;
  spec.argv = std::move(probe.command);
  spec.environment = container.environment;
  spec.working_directory = container.working_directory;
  spec.mounts = container.mounts;
  const int output = pipe->write.get();
  auto tree = co_await process::ProcessTree::start(loop_, reaper_, std::move(spec), output, output);
  pipe->write.close();
  if (!tree) co_return ProbeOutcome{false, std::move(tree.error().message)};

  std::string text;
  net::Event ended(loop_);
  net::TaskGroup group(loop_);
  group.spawn(collect(loop_, pipe->read.release(), text));
  group.spawn(kill_late(**tree, ended, deadline, std::move(stop)));
  const process::ExitStatus how = co_await (*tree)->wait();
  const bool late = std::chrono::steady_clock::now() >= deadline;
  ended.set();
  co_await group.join();
  if (how.success()) co_return ProbeOutcome{true, {}};
  if (late) co_return ProbeOutcome{false, "command timed out"};
  co_return ProbeOutcome{false, text.empty() ? how.to_string() : std::move(text)};
}

}  // namespace dynamo::node
