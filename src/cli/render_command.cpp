#include "cli/commands.h"
#include "cli/files.h"
#include "graph/offline.h"

namespace dynamo::cli {
namespace {

struct RenderFlags {
  std::vector<std::string> files;
  std::string ns = "default";
  std::string discovery_backend = "kubernetes";
  graph::Settings settings;
};

void declare(FlagSet& set, RenderFlags& flags) {
  set.list("-f,--filename", flags.files, "File, directory, or - for standard input; repeatable",
           {.required = true, .value_name = "FILE"});
  set.text("-n,--namespace", flags.ns, "Namespace of objects that name none");
  set.text("--discovery-backend", flags.discovery_backend, "Where instances find each other",
           {.allowed{"kubernetes", "etcd"}});
  set.text("--natsAddr", flags.settings.nats_server, "Passed to pods as NATS_SERVER",
           {.value_name = "ADDRESS"});
  set.text("--etcdAddr", flags.settings.etcd_endpoints, "Passed to pods as ETCD_ENDPOINTS",
           {.value_name = "ADDRESS"});
}

/// All files are tried, so that all errors are seen at once; objects are printed only when there is none.
Result<int> render(const RenderFlags& flags) {
  auto inputs = read_inputs(flags.files);
  if (!inputs) return std::unexpected(std::move(inputs.error()));
  graph::OfflineOptions options{.ns = flags.ns, .settings = flags.settings};
  options.settings.discovery_backend = *graph::parse_discovery_backend(flags.discovery_backend);
  std::string documents;
  bool failed = false;
  for (const up::ManifestText& input : *inputs) {
    options.file = input.name;
    const auto rendered = graph::render_documents(input.text, options);
    if (rendered) {
      documents += *rendered;
    } else {
      fmt::print(stderr, "{}\n", rendered.error().message);
      failed = true;
    }
  }
  if (!failed) fmt::print("{}", documents);
  return failed ? 1 : 0;
}

}  // namespace

Command render_command() {
  const auto flags = std::make_shared<RenderFlags>();
  return {
      .name = "render",
      .help = "Print the objects that the operator would make of graphs and components, without a cluster",
      .details =
          "The same functions as the operator's, with the file alone to go by: claims that a graph does not\n"
          "make itself are taken to exist. Exit codes: 0 rendered, 1 errors found, 2 wrong usage.",
      .declare = [flags](FlagSet& set) { declare(set, *flags); },
      .run = [flags] { return render(*flags); },
      .group = "Offline"};
}

}  // namespace dynamo::cli
