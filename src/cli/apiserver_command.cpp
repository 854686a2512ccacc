#include <fcntl.h>
#include <unistd.h>

#include "apiserver/server.h"
#include "cli/commands.h"
#include "net/loop.h"
#include "net/signals.h"

namespace dynamo::cli {
namespace {

struct ApiserverFlags {
  std::string data;
  std::string host = "127.0.0.1";
  std::int64_t port = 6443;
  std::string write_kubeconfig;
};

void declare(FlagSet& flags, ApiserverFlags& f) {
  flags.text("--data", f.data, "Folder that keeps the objects; without it they are in memory only",
             {.value_name = "DIR"});
  flags.text("--host", f.host, "Address to listen on");
  flags.number("--port", f.port, "Port to listen on, 0 for any free one", {.range{{0, 65535}}});
  flags.text("--write-kubeconfig", f.write_kubeconfig, "Where to write the administrator's kubeconfig",
             {.value_name = "FILE"});
}

/// Readable by its owner alone: it holds a token.
Result<void> write_secret(const std::string& file, const std::string& text) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return std::unexpected(system_error("writing " + file, errno));
  const bool whole = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int error = errno;
  ::close(fd);
  if (!whole) return std::unexpected(system_error("writing " + file, error));
  return {};
}

net::Task<Result<int>> serve(net::Loop& loop, ApiserverFlags flags) {
  auto server = apiserver::Server::open(
      loop, {.data_dir = flags.data, .listen = {flags.host, static_cast<std::uint16_t>(flags.port)}});
  if (!server) co_return std::unexpected(server.error());
  if (const auto& aside = (*server)->kept_aside()) {
    fmt::print(stderr,
               "dynamo apiserver: the state file was corrupt; it is kept as {} and a new one was begun\n",
               *aside);
  }
  const auto endpoint = co_await (*server)->start();
  if (!endpoint) co_return std::unexpected(endpoint.error());
  if (!flags.write_kubeconfig.empty()) {
    auto written = write_secret(flags.write_kubeconfig, (*server)->kubeconfig());
    if (!written) fmt::print(stderr, "dynamo apiserver: {}\n", written.error().message);
  }
  fmt::print("listening on https://{}\n", endpoint->to_string());
  std::fflush(stdout);
  co_await net::wait_for_signal(loop);
  co_await (*server)->stop(loop.now() + std::chrono::seconds{5});
  co_return 0;
}

Result<int> run_apiserver(const ApiserverFlags& flags) {
  net::block_signals();
  net::Loop loop;
  return net::run(loop, serve(loop, flags));
}

}  // namespace

Command apiserver_command() {
  const auto flags = std::make_shared<ApiserverFlags>();
  return {.name = "apiserver",
          .help = "The embedded Kubernetes-compatible API server alone, for trying and testing",
          .details = "",
          .declare = [flags](FlagSet& set) { declare(set, *flags); },
          .run = [flags] { return run_apiserver(*flags); },
          .group = "Roles"};
}

}  // namespace dynamo::cli
