#include "node/references.h"

#include <set>

#include "kube/base64.h"

namespace dynamo::node {
namespace {

/// Names seen so far, in order of appearance.
class Names {
 public:
  void add(std::string_view name) {
    if (!name.empty() && seen_.emplace(name).second) order_.emplace_back(name);
  }
  std::vector<std::string> take() { return std::move(order_); }

 private:
  std::set<std::string, std::less<>> seen_;
  std::vector<std::string> order_;
};

void collect_from_container(const json::object& container, Names& config_maps, Names& secrets) {
  for (const json::value& entry : kube::array_at(container, {"envFrom"})) {
    config_maps.add(json::string_at(entry, {"configMapRef", "name"}));
    secrets.add(json::string_at(entry, {"secretRef", "name"}));
  }
  for (const json::value& entry : kube::array_at(container, {"env"})) {
    config_maps.add(json::string_at(entry, {"valueFrom", "configMapKeyRef", "name"}));
    secrets.add(json::string_at(entry, {"valueFrom", "secretKeyRef", "name"}));
  }
}

void collect_from_volume(const json::value& volume, Names& config_maps, Names& secrets) {
  config_maps.add(json::string_at(volume, {"configMap", "name"}));
  secrets.add(json::string_at(volume, {"secret", "secretName"}));
  if (!volume.is_object()) return;
  for (const json::value& source : kube::array_at(volume.get_object(), {"projected", "sources"})) {
    config_maps.add(json::string_at(source, {"configMap", "name"}));
    secrets.add(json::string_at(source, {"secret", "name"}));
  }
}

Result<void> decode_into(std::map<std::string, std::string>& out, const json::object& encoded) {
  for (const auto& [key, value] : encoded) {
    if (!value.is_string()) continue;
    auto decoded = kube::decode_base64(kube::view(value.get_string()));
    if (!decoded) return context(fmt::format("key {}", std::string_view(key)), std::move(decoded.error()));
    out[std::string(key)] = std::move(*decoded);
  }
  return {};
}

void copy_into(std::map<std::string, std::string>& out, const json::object& plain) {
  for (const auto& [key, value] : plain) {
    if (value.is_string()) out[std::string(key)] = std::string(value.get_string());
  }
}

}  // namespace

References references_of(const kube::Object& pod) {
  Names config_maps;
  Names secrets;
  for (const char* list : {"initContainers", "containers"}) {
    for (const json::value& container : kube::array_at(pod, {"spec", list})) {
      if (container.is_object()) collect_from_container(container.get_object(), config_maps, secrets);
    }
  }
  for (const json::value& volume : kube::array_at(pod, {"spec", "volumes"})) {
    collect_from_volume(volume, config_maps, secrets);
  }
  return {config_maps.take(), secrets.take()};
}

Result<std::map<std::string, std::string>> config_map_values(const kube::Object& config_map) {
  std::map<std::string, std::string> out;
  if (auto done = decode_into(out, kube::object_at(config_map, {"binaryData"})); !done) {
    return std::unexpected(std::move(done.error()));
  }
  copy_into(out, kube::object_at(config_map, {"data"}));
  return out;
}

Result<std::map<std::string, std::string>> secret_values(const kube::Object& secret) {
  std::map<std::string, std::string> out;
  if (auto done = decode_into(out, kube::object_at(secret, {"data"})); !done) {
    return std::unexpected(std::move(done.error()));
  }
  copy_into(out, kube::object_at(secret, {"stringData"}));
  return out;
}

}  // namespace dynamo::node
