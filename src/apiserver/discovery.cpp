#include "apiserver/discovery.h"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "api/builtin.h"
#include "apiserver/encoding.h"

namespace dynamo::apiserver {
namespace {

json::array strings(const std::vector<std::string>& texts) {
  json::array out;
  for (const auto& text : texts) out.push_back(json::value(text));
  return out;
}

Object group_object(const std::string& group, std::vector<std::string> versions) {
  std::sort(versions.begin(), versions.end(), is_newer_version);
  json::array entries;
  for (const auto& version : versions) {
    entries.push_back(Object{{"groupVersion", group + "/" + version}, {"version", version}});
  }
  const json::value preferred = entries.at(0);
  return Object{{"name", group}, {"versions", std::move(entries)}, {"preferredVersion", preferred}};
}

Object resource_object(const Kind& kind) {
  Object out{{"name", kind.resource.plural},
             {"singularName", kind.singular_name()},
             {"namespaced", kind.resource.namespaced},
             {"kind", kind.resource.kind},
             {"verbs", strings(kind.verbs())}};
  if (!kind.short_names.empty()) out["shortNames"] = strings(kind.short_names);
  if (!kind.categories.empty()) out["categories"] = strings(kind.categories);
  if (!kind.created_only) {
    out["storageVersionHash"] =
        encode_base64(hmac_sha256("storage", kind.collection() + kind.resource.version).substr(0, 8));
  }
  return out;
}

struct SubresourceRow {
  std::string_view name;
  std::string_view group, version, kind;  // empty kind = that of the resource
  std::vector<std::string> verbs;
};

const std::vector<SubresourceRow>& subresource_table() {
  static const std::vector<SubresourceRow> rows{
      {"status", "", "", "", {"get", "patch", "update"}},
      {"scale", "autoscaling", "v1", "Scale", {"get", "patch", "update"}},
      {"log", "", "", "", {"get"}},
      {"binding", "", "v1", "Binding", {"create"}},
      {"eviction", "policy", "v1", "Eviction", {"create"}},
      {"token", "authentication.k8s.io", "v1", "TokenRequest", {"create"}},
  };
  return rows;
}

Object subresource_object(const Kind& kind, const SubresourceRow& row) {
  Object out{{"name", fmt::format("{}/{}", kind.resource.plural, row.name)},
             {"singularName", ""},
             {"namespaced", kind.resource.namespaced},
             {"kind", row.kind.empty() ? std::string_view(kind.resource.kind) : row.kind},
             {"verbs", strings(row.verbs)}};
  if (!row.group.empty()) out["group"] = row.group;
  if (!row.group.empty()) out["version"] = row.version;
  return out;
}

/// (major, stability, minor) of "v1beta2"; other names come last.
std::tuple<int, int, int, std::string_view> rank(std::string_view version) {
  int major = 0, minor = 0;
  std::string_view rest = version;
  if (!rest.starts_with('v')) return {0, 0, 0, version};
  rest.remove_prefix(1);
  rest.remove_prefix(static_cast<std::size_t>(
      std::from_chars(rest.data(), rest.data() + rest.size(), major).ptr - rest.data()));
  const int stability = rest.empty() ? 3 : rest.starts_with("beta") ? 2 : rest.starts_with("alpha") ? 1 : 0;
  const auto digits = rest.find_first_of("0123456789");
  if (digits != rest.npos) std::from_chars(rest.data() + digits, rest.data() + rest.size(), minor);
  return {stability, major, minor, version};
}

}  // namespace

bool is_newer_version(std::string_view a, std::string_view b) { return rank(a) > rank(b); }

Object api_versions() {
  return Object{{"kind", "APIVersions"},
                {"versions", json::array{"v1"}},
                {"serverAddressByClientCIDRs", json::array{}}};
}

Object api_groups(const Registry& registry) {
  json::array groups;
  for (const auto& [group, versions] : registry.groups()) groups.push_back(group_object(group, versions));
  return Object{{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(groups)}};
}

std::optional<Object> api_group(const Registry& registry, std::string_view group) {
  const auto groups = registry.groups();
  const auto found = groups.find(std::string(group));
  if (found == groups.end()) return std::nullopt;
  Object out{{"kind", "APIGroup"}, {"apiVersion", "v1"}};
  for (auto& member : group_object(found->first, found->second))
    out[member.key()] = std::move(member.value());
  return out;
}

std::optional<Object> api_resources(const Registry& registry, std::string_view group,
                                    std::string_view version) {
  const auto kinds = registry.kinds_of(group, version);
  if (kinds.empty()) return std::nullopt;
  json::array resources;
  for (const auto& kind : kinds) {
    resources.push_back(resource_object(*kind));
    for (const auto& row : subresource_table()) {
      if (kind->has(row.name)) resources.push_back(subresource_object(*kind, row));
    }
  }
  return Object{{"kind", "APIResourceList"},
                {"apiVersion", "v1"},
                {"groupVersion", kinds.front()->resource.api_version()},
                {"resources", std::move(resources)}};
}

Object server_version() {
  // Clients branch on the Kubernetes version; what follows the + tells that it is this server.
  const std::string version(api::builtin_version());
  const auto dot = version.find('.');
  const auto second = version.find('.', dot + 1);
  return Object{{"major", version.substr(1, dot - 1)},
                {"minor", version.substr(dot + 1, second - dot - 1)},
                {"gitVersion", version + "+dynamo"},
                {"gitCommit", ""},
                {"gitTreeState", "clean"},
                {"buildDate", "1970-01-01T00:00:00Z"},
                {"goVersion", ""},
                {"compiler", "clang"},
                {"platform", "linux/amd64"}};
}

}  // namespace dynamo::apiserver
