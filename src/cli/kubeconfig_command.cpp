#include "base/environment.h"
#include "base/file.h"
#include "cli/commands.h"

#include "up/state.h"

namespace dynamo::cli {
namespace {

struct KubeconfigFlags {
  std::string name = "default";
  bool path_only = false;
};

Result<int> print_kubeconfig(const KubeconfigFlags& flags) {
  const auto state = up::state_dir(flags.name, Environment::of_process());
  if (!state) return std::unexpected(state.error());
  auto text = read_file(state->kubeconfig().string());
  if (!text && text.error().code == Errc::not_found) {
    return fail(Errc::not_found,
                fmt::format("there is no local platform \"{}\": start one with `dynamo up`", flags.name));
  }
  if (!text) return std::unexpected(std::move(text.error()));
  fmt::print("{}", flags.path_only ? state->kubeconfig().string() + "\n" : *text);
  return 0;
}

}  // namespace

Command kubeconfig_command() {
  const auto flags = std::make_shared<KubeconfigFlags>();
  return {.name = "kubeconfig",
          .help = "Print the kubeconfig of the local platform, for kubectl",
          .details = "For one shell: export KUBECONFIG=$(dynamo kubeconfig --path)",
          .declare =
              [flags](FlagSet& set) {
                set.text("--name", flags->name, "The local platform");
                set.flag("--path", flags->path_only, "Print where the file is instead");
              },
          .run = [flags] { return print_kubeconfig(*flags); },
          .group = "Local platform"};
}

}  // namespace dynamo::cli
