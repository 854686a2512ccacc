#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "kube/base64.h"
#include "kube/config.h"
#include "kube/object.h"

/// The kubeconfig format. Pure: the text of files is an argument.
namespace dynamo::kube {

/// A kubeconfig document as read, with names of files made absolute against the file's own folder.
struct Kubeconfig {
  Object clusters;  // name → cluster
  Object users;
  Object contexts;
  std::string current_context;
};

using FileReader = std::function<Result<std::string>(const std::string& path)>;

/// Errors: invalid, with the place.
Result<Kubeconfig> parse_kubeconfig(std::string_view yaml, const std::string& path);
/// The first file that has an entry or a current context wins, as with KUBECONFIG=a:b.
Kubeconfig merge_kubeconfigs(std::span<const Kubeconfig> files);
/// What `context` (empty = the current one) says. Files that it names are read with `read`.
/// Errors: not_found (context, cluster or user), unsupported (exec and auth-provider plugins, passwords,
/// impersonation, proxies, by name), invalid.
Result<ClientConfig> resolve_kubeconfig(const Kubeconfig& config, const std::string& context,
                                        const FileReader& read);

}  // namespace dynamo::kube
