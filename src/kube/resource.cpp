#include "kube/resource.h"

#include <fmt/format.h>

namespace dynamo::kube {

std::string Resource::api_version() const { return group.empty() ? version : group + "/" + version; }

std::string Resource::group_resource() const { return group.empty() ? plural : plural + "." + group; }

std::string NamespacedName::to_string() const { return ns.empty() ? name : ns + "/" + name; }

std::string collection_path(const Resource& resource, std::string_view ns) {
  std::string path = resource.group.empty() ? fmt::format("/api/{}", resource.version)
                                            : fmt::format("/apis/{}/{}", resource.group, resource.version);
  if (resource.namespaced && !ns.empty()) path += fmt::format("/namespaces/{}", ns);
  return path + "/" + resource.plural;
}

std::string object_path(const Resource& resource, const NamespacedName& key, std::string_view subresource) {
  std::string path = collection_path(resource, key.ns) + "/" + key.name;
  if (!subresource.empty()) path.append("/").append(subresource);
  return path;
}

}  // namespace dynamo::kube
