#include "node/volumes.h"

namespace dynamo::node {
namespace {

constexpr unsigned kDefaultMode = 0644;

using Files = Result<std::vector<VolumeFile>>;

unsigned mode_at(const json::value& entry, std::string_view field, unsigned fallback) {
  return static_cast<unsigned>(json::int_at(entry, {field}).value_or(fallback)) & 0777u;
}

/// A path that stays inside the volume's folder.
Result<std::string> checked_path(std::string_view path) {
  const bool climbs =
      path == ".." || path.starts_with("../") || path.ends_with("/..") || path.contains("/../");
  if (!path.empty() && path.front() != '/' && !climbs) return std::string(path);
  return fail(Errc::invalid, fmt::format("path \"{}\" must stay inside the volume", path));
}

/// All keys as files, or those of `items` under the paths given there.
Files keyed_files(const json::value& source, std::string_view kind, std::string_view name,
                  const std::map<std::string, std::string>& values, unsigned default_mode) {
  std::vector<VolumeFile> out;
  const json::value* items = json::find(source, {"items"});
  if (items == nullptr || !items->is_array() || items->get_array().empty()) {
    for (const auto& [key, value] : values) out.push_back({key, value, default_mode});
    return out;
  }
  const bool optional = json::bool_at(source, {"optional"});
  for (const json::value& item : items->get_array()) {
    const auto at = values.find(std::string(json::string_at(item, {"key"})));
    if (at == values.end() && optional) continue;
    if (at == values.end()) {
      return fail(Errc::not_found,
                  fmt::format("key {} is not in {} {}", json::string_at(item, {"key"}), kind, name));
    }
    auto path = checked_path(json::string_at(item, {"path"}));
    if (!path) return std::unexpected(std::move(path.error()));
    out.push_back({std::move(*path), at->second, mode_at(item, "mode", default_mode)});
  }
  return out;
}

class Planner {
 public:
  Planner(const kube::Object& pod, const PodFacts& facts, const Sources& sources,
          const VolumeFolders& folders, const ServiceAccountFiles& account)
      : pod_(pod), facts_(facts), sources_(sources), folders_(folders), account_(account) {}

  Result<VolumePlan> plan(const json::value& volume) const {
    VolumePlan out;
    out.name = json::string_at(volume, {"name"});
    out.folder = fmt::format("{}/volumes/{}", folders_.pod, out.name);
    if (json::find(volume, {"emptyDir"}) != nullptr) return out;
    if (const json::value* claim = json::find(volume, {"persistentVolumeClaim"})) {
      out.kind = VolumePlan::Kind::claim;
      out.folder = fmt::format("{}/{}/{}", folders_.claims, kube::namespace_of(pod_),
                               json::string_at(*claim, {"claimName"}));
      return out;
    }
    if (const json::value* host = json::find(volume, {"hostPath"})) {
      out.kind = VolumePlan::Kind::host_path;
      out.folder = json::string_at(*host, {"path"});
      return out;
    }
    out.kind = VolumePlan::Kind::files;
    auto files = files_of(volume);
    if (!files) return context(fmt::format("volume {}", out.name), std::move(files.error()));
    out.files = std::move(*files);
    return out;
  }

 private:
  Files files_of(const json::value& volume) const {
    if (const json::value* map = json::find(volume, {"configMap"}))
      return config_map_files(*map, kDefaultMode);
    if (const json::value* secret = json::find(volume, {"secret"})) {
      return secret_files(*secret, json::string_at(*secret, {"secretName"}), kDefaultMode);
    }
    if (const json::value* fields = json::find(volume, {"downwardAPI"}))
      return field_files(*fields, kDefaultMode);
    if (const json::value* projected = json::find(volume, {"projected"})) return projected_files(*projected);
    return fail(Errc::unsupported,
                fmt::format("{} volumes are not available on one machine", kind_of(volume)));
  }

  static std::string kind_of(const json::value& volume) {
    if (volume.is_object()) {
      for (const auto& [key, value] : volume.get_object()) {
        if (key != "name") return std::string(key);
      }
    }
    return "nameless";
  }

  Files config_map_files(const json::value& source, unsigned mode) const {
    return object_files(source, "ConfigMap", json::string_at(source, {"name"}), sources_.config_maps,
                        config_map_values, mode);
  }
  Files secret_files(const json::value& source, std::string_view name, unsigned mode) const {
    return object_files(source, "Secret", name, sources_.secrets, secret_values, mode);
  }

  static Files object_files(const json::value& source, std::string_view kind, std::string_view name,
                            const std::map<std::string, kube::Object, std::less<>>& objects,
                            Result<std::map<std::string, std::string>> (*values_of)(const kube::Object&),
                            unsigned mode) {
    const auto at = objects.find(name);
    if (at == objects.end()) {
      if (json::bool_at(source, {"optional"})) return std::vector<VolumeFile>{};
      return fail(Errc::not_found, fmt::format("{} {} does not exist", kind, name));
    }
    const auto values = values_of(at->second);
    if (!values) return context(fmt::format("{} {}", kind, name), values.error());
    return keyed_files(source, kind, name, *values, mode_at(source, "defaultMode", mode));
  }

  Files field_files(const json::value& source, unsigned default_mode) const {
    std::vector<VolumeFile> out;
    if (!source.is_object()) return out;
    const unsigned mode = mode_at(source, "defaultMode", default_mode);
    for (const json::value& item : kube::array_at(source.get_object(), {"items"})) {
      auto path = checked_path(json::string_at(item, {"path"}));
      if (!path) return std::unexpected(std::move(path.error()));
      auto value = field_value(item);
      if (!value) return context(*path, std::move(value.error()));
      out.push_back({std::move(*path), std::move(*value), mode_at(item, "mode", mode)});
    }
    return out;
  }

  Result<std::string> field_value(const json::value& item) const {
    const json::value* resource = json::find(item, {"resourceFieldRef"});
    if (resource == nullptr) return pod_field(pod_, facts_, json::string_at(item, {"fieldRef", "fieldPath"}));
    const std::string_view wanted = json::string_at(*resource, {"containerName"});
    for (const json::value& container : kube::array_at(pod_, {"spec", "containers"})) {
      if (json::string_at(container, {"name"}) != wanted) continue;
      return resource_field(container.get_object(), facts_, json::string_at(*resource, {"resource"}),
                            json::string_at(*resource, {"divisor"}));
    }
    return fail(Errc::not_found, fmt::format("there is no container {}", wanted));
  }

  Files projected_files(const json::value& projected) const {
    std::vector<VolumeFile> out;
    if (!projected.is_object()) return out;
    const unsigned mode = mode_at(projected, "defaultMode", kDefaultMode);
    for (const json::value& source : kube::array_at(projected.get_object(), {"sources"})) {
      auto files = projected_source(source, mode);
      if (!files) return files;
      for (VolumeFile& file : *files) out.push_back(std::move(file));
    }
    return out;
  }

  Files projected_source(const json::value& source, unsigned mode) const {
    if (const json::value* token = json::find(source, {"serviceAccountToken"})) {
      auto path = checked_path(json::string_at(*token, {"path"}, "token"));
      if (!path) return std::unexpected(std::move(path.error()));
      return std::vector<VolumeFile>{{std::move(*path), account_.token, 0600}};
    }
    if (const json::value* map = json::find(source, {"configMap"})) {
      // The certificate authority that every namespace has on a cluster.
      if (json::string_at(*map, {"name"}) == "kube-root-ca.crt" &&
          !sources_.config_maps.contains("kube-root-ca.crt")) {
        return std::vector<VolumeFile>{{"ca.crt", account_.ca_pem, mode}};
      }
      return config_map_files(*map, mode);
    }
    if (const json::value* secret = json::find(source, {"secret"})) {
      return secret_files(*secret, json::string_at(*secret, {"name"}), mode);
    }
    if (const json::value* fields = json::find(source, {"downwardAPI"})) return field_files(*fields, mode);
    return fail(Errc::unsupported,
                fmt::format("projected {} is not available on one machine", kind_of(source)));
  }

  const kube::Object& pod_;
  const PodFacts& facts_;
  const Sources& sources_;
  const VolumeFolders& folders_;
  const ServiceAccountFiles& account_;
};

}  // namespace

Result<std::vector<VolumePlan>> plan_volumes(const kube::Object& pod, const PodFacts& facts,
                                             const Sources& sources, const VolumeFolders& folders,
                                             const ServiceAccountFiles& account) {
  const Planner planner(pod, facts, sources, folders, account);
  std::vector<VolumePlan> out;
  for (const json::value& volume : kube::array_at(pod, {"spec", "volumes"})) {
    auto planned = planner.plan(volume);
    if (!planned) return std::unexpected(std::move(planned.error()));
    out.push_back(std::move(*planned));
  }
  return out;
}

}  // namespace dynamo::node
