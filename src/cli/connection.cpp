#include "cli/connection.h"

#include <filesystem>

#include "base/environment.h"

#include "up/state.h"

namespace dynamo::cli {
namespace {

/// Where the kubeconfig is, and whether the server is a local platform of ours.
Result<std::string> kubeconfig_of(const ConnectionFlags& flags) {
  if (!flags.kubeconfig.empty()) return flags.kubeconfig;
  const auto state = up::state_dir(flags.name, Environment::of_process());
  if (!state) return std::unexpected(state.error());
  if (std::filesystem::exists(state->kubeconfig())) return state->kubeconfig().string();
  return fail(
      Errc::not_found,
      fmt::format("there is no local platform \"{}\": start one with `dynamo up`, or name a cluster with "
                  "--kubeconfig FILE",
                  flags.name));
}

Error explain(Error error, const ConnectionFlags& flags) {
  if (error.code == Errc::unavailable && flags.kubeconfig.empty()) {
    error.message +=
        fmt::format("\nThe local platform \"{}\" is not running: `dynamo up` starts it again.", flags.name);
  }
  return error;
}

using Work = std::function<net::Task<Result<int>>(net::Loop&, Connection&)>;

net::Task<Result<int>> connect_and_run(net::Loop& loop, kube::Client& client, std::string ns,
                                       const Work& work) {
  auto served = co_await kube::discover(client);
  if (!served) co_return std::unexpected(std::move(served.error()));
  Connection connection{client, std::move(*served), std::move(ns)};
  auto done = co_await work(loop, connection);
  co_return done;
}

}  // namespace

void declare_connection(FlagSet& flags, ConnectionFlags& into) {
  flags.text("--name", into.name, "The local platform to talk to");
  flags.text("--kubeconfig", into.kubeconfig, "Talk to this cluster instead", {.value_name = "FILE"});
  flags.text("--context", into.context, "Context of the kubeconfig; empty = its current one");
  flags.text("-n,--namespace", into.ns, "Namespace; empty = that of the kubeconfig");
}

Result<int> with_connection(const ConnectionFlags& flags, const Work& work) {
  const auto file = kubeconfig_of(flags);
  if (!file) return std::unexpected(file.error());
  auto config = kube::load_config({*file, flags.context});
  if (!config) return std::unexpected(std::move(config.error()));
  std::string ns = flags.ns.empty() ? config->default_namespace : flags.ns;
  net::Loop loop;
  auto client = kube::Client::make(loop, std::move(*config));
  if (!client) return std::unexpected(std::move(client.error()));
  auto done = net::run(loop, connect_and_run(loop, **client, std::move(ns), work));
  if (!done) return std::unexpected(explain(std::move(done.error()), flags));
  return done;
}

Result<ObjectArguments> parse_objects(const Connection& connection,
                                      const std::vector<std::string>& arguments) {
  if (arguments.empty()) return fail(Errc::invalid, "name a kind, KIND NAME or KIND/NAME");
  const bool with_slash = arguments.front().find('/') != std::string::npos;
  ObjectArguments out;
  std::string kind = arguments.front();
  if (!with_slash) out.names.assign(arguments.begin() + 1, arguments.end());
  for (const std::string& argument : arguments) {
    const auto slash = argument.find('/');
    if (!with_slash && slash == std::string::npos) continue;
    if (slash == std::string::npos || !with_slash)
      return fail(Errc::invalid, "KIND NAME and KIND/NAME cannot be mixed");
    if (&argument == &arguments.front()) kind = argument.substr(0, slash);
    if (argument.substr(0, slash) != kind) return fail(Errc::invalid, "one kind at a time");
    out.names.push_back(argument.substr(slash + 1));
  }
  auto resource = kube::find_by_name(connection.served, kind);
  if (!resource) return std::unexpected(std::move(resource.error()));
  out.resource = std::move(*resource);
  return out;
}

}  // namespace dynamo::cli
