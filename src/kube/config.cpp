#include "kube/config.h"

#include <fmt/format.h>

#include "kube/kubeconfig.h"

namespace dynamo::kube {
namespace {

std::vector<std::string> split_paths(std::string_view list) {
  std::vector<std::string> paths;
  while (!list.empty()) {
    const auto colon = list.find(':');
    if (colon != 0) paths.emplace_back(list.substr(0, colon));
    list = colon == std::string_view::npos ? std::string_view{} : list.substr(colon + 1);
  }
  return paths;
}

enum class Missing : std::uint8_t { fails, skipped };

Result<ClientConfig> from_files(const std::vector<std::string>& paths, Missing missing,
                                const std::string& context_name) {
  std::vector<Kubeconfig> files;
  for (const std::string& path : paths) {
    const auto text = read_text_file(path);
    if (!text && text.error().code == Errc::not_found && missing == Missing::skipped) continue;
    if (!text) return context("kubeconfig", text.error());
    auto file = parse_kubeconfig(*text, path);
    if (!file) return context("kubeconfig", std::move(file.error()));
    files.push_back(std::move(*file));
  }
  if (files.empty()) return fail(Errc::not_found, "no kubeconfig file is there");
  return resolve_kubeconfig(merge_kubeconfigs(files), context_name, read_text_file);
}

}  // namespace

Result<ClientConfig> in_cluster_config(const Environment& environment, const std::string& directory) {
  const std::string_view host = environment.get_or("KUBERNETES_SERVICE_HOST", "");
  const std::string_view port = environment.get_or("KUBERNETES_SERVICE_PORT", "");
  if (host.empty() || port.empty()) {
    return fail(Errc::not_found,
                "not in a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set");
  }
  const bool bare_v6 = host.find(':') != std::string_view::npos;
  auto url = net::Url::parse(bare_v6 ? fmt::format("https://[{}]:{}", host, port)
                                     : fmt::format("https://{}:{}", host, port));
  if (!url) return context("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT", std::move(url.error()));
  auto authority = read_text_file(directory + "/ca.crt");
  if (!authority) return context("service account", std::move(authority.error()));
  ClientConfig config;
  config.server = std::move(*url);
  config.tls.ca_pem = std::move(*authority);
  config.token = TokenSource::file(directory + "/token");
  if (const auto ns = read_text_file(directory + "/namespace"); ns && !ns->empty())
    config.default_namespace = *ns;
  return config;
}

Result<ClientConfig> load_config(const ConfigSource& source, const Environment& environment) {
  if (!source.kubeconfig.empty()) return from_files({source.kubeconfig}, Missing::fails, source.context);
  const auto named = split_paths(environment.get_or("KUBECONFIG", ""));
  if (!named.empty()) return from_files(named, Missing::skipped, source.context);
  auto in_cluster = in_cluster_config(environment);
  if (in_cluster || in_cluster.error().code != Errc::not_found) return in_cluster;
  if (const auto home = environment.get("HOME")) {
    auto from_home = from_files({std::string(*home) + "/.kube/config"}, Missing::skipped, source.context);
    if (from_home || from_home.error().code != Errc::not_found) return from_home;
  }
  return fail(Errc::not_found,
              "no API server is configured: give --kubeconfig, set KUBECONFIG, or make ~/.kube/config");
}

}  // namespace dynamo::kube
