#include "apiserver/registry.h"

#include <algorithm>

#include "apiserver/builtin_kinds.h"
#include "apiserver/definitions.h"

namespace dynamo::apiserver {

Registry::Registry() = default;

void Registry::put_definition(const Object& definition) {
  custom_[std::string(kube::name_of(definition))] = kinds_of_definition(definition);
  ++revision_;
}

void Registry::remove_definition(std::string_view name) {
  if (const auto found = custom_.find(name); found != custom_.end()) custom_.erase(found);
  ++revision_;
}

std::vector<KindPtr> Registry::kinds() const {
  std::vector<KindPtr> out = builtin_kinds();
  for (const auto& [name, kinds] : custom_) out.insert(out.end(), kinds.begin(), kinds.end());
  return out;
}

KindPtr Registry::find(std::string_view group, std::string_view version, std::string_view plural) const {
  const auto matches = [&](const KindPtr& kind) {
    const auto& resource = kind->resource;
    return resource.plural == plural && resource.group == group && resource.version == version;
  };
  for (const auto& kind : builtin_kinds()) {
    if (matches(kind)) return kind;
  }
  for (const auto& [name, kinds] : custom_) {
    const auto found = std::find_if(kinds.begin(), kinds.end(), matches);
    if (found != kinds.end()) return *found;
  }
  return nullptr;
}

std::vector<KindPtr> Registry::kinds_of(std::string_view group, std::string_view version) const {
  std::vector<KindPtr> out;
  for (auto& kind : kinds()) {
    if (kind->resource.group == group && kind->resource.version == version) out.push_back(std::move(kind));
  }
  return out;
}

std::map<std::string, std::vector<std::string>> Registry::groups() const {
  std::map<std::string, std::vector<std::string>> out;
  for (const auto& kind : kinds()) {
    if (kind->resource.group.empty()) continue;
    auto& versions = out[kind->resource.group];
    if (std::find(versions.begin(), versions.end(), kind->resource.version) == versions.end()) {
      versions.push_back(kind->resource.version);
    }
  }
  return out;
}

}  // namespace dynamo::apiserver
