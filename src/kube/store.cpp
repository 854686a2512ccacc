#include "kube/store.h"

#include "kube/owner.h"

namespace dynamo::kube {

std::vector<std::string> index_owner_uids(const Object& object) {
  std::vector<std::string> uids;
  for (OwnerReference& owner : owners_of(object)) uids.push_back(std::move(owner.uid));
  return uids;
}

IndexFunction index_label(std::string key) {
  return [key = std::move(key)](const Object& object) {
    std::vector<std::string> values;
    if (const json::value* value = labels_of(object).if_contains(key))
      values.emplace_back(json::string_at(*value, {}));
    return values;
  };
}

void Store::add_index(std::string name, IndexFunction function) {
  indexes_[std::move(name)].function = std::move(function);
}

std::vector<Change> Store::replace(std::vector<Object> objects) {
  std::set<NamespacedName> kept;
  for (const Object& object : objects) kept.insert(key_of(object));
  std::vector<Change> changes;
  for (auto at = objects_.begin(); at != objects_.end();) {
    const auto next = std::next(at);
    if (!kept.contains(at->first)) changes.push_back(erase(at));
    at = next;
  }
  for (Object& object : objects) {
    const ObjectPtr before = get(key_of(object));
    if (before && resource_version_of(*before) == resource_version_of(object)) continue;
    changes.push_back(put(std::move(object)));
  }
  return changes;
}

std::optional<Change> Store::apply(WatchEvent event) {
  const NamespacedName key = key_of(event.object);
  const auto at = objects_.find(key);
  switch (event.type) {
    case WatchEvent::Type::bookmark:
      return std::nullopt;
    case WatchEvent::Type::deleted:
      if (at == objects_.end()) return std::nullopt;
      return erase(at);
    case WatchEvent::Type::added:
    case WatchEvent::Type::modified:
      if (at != objects_.end() && resource_version_of(*at->second) == resource_version_of(event.object)) {
        return std::nullopt;
      }
      return put(std::move(event.object));
  }
  return std::nullopt;
}

ObjectPtr Store::get(const NamespacedName& key) const {
  const auto at = objects_.find(key);
  return at == objects_.end() ? nullptr : at->second;
}

std::vector<ObjectPtr> Store::list(std::string_view ns) const {
  std::vector<ObjectPtr> found;
  auto at = ns.empty() ? objects_.begin() : objects_.lower_bound(NamespacedName{std::string(ns), {}});
  for (; at != objects_.end() && (ns.empty() || at->first.ns == ns); ++at) found.push_back(at->second);
  return found;
}

std::vector<ObjectPtr> Store::by_index(std::string_view name, std::string_view value) const {
  std::vector<ObjectPtr> found;
  const auto index = indexes_.find(name);
  if (index == indexes_.end()) return found;
  const auto keys = index->second.keys.find(std::string(value));
  if (keys == index->second.keys.end()) return found;
  for (const NamespacedName& key : keys->second) found.push_back(objects_.at(key));
  return found;
}

Change Store::put(Object object) {
  const NamespacedName key = key_of(object);
  ObjectPtr& slot = objects_[key];
  if (slot) leave(key, *slot);
  Change change{.before = std::move(slot), .after = std::make_shared<const Object>(std::move(object))};
  slot = change.after;
  enter(key, *slot);
  return change;
}

Change Store::erase(std::map<NamespacedName, ObjectPtr>::iterator at) {
  leave(at->first, *at->second);
  Change change{.before = std::move(at->second), .after = nullptr};
  objects_.erase(at);
  return change;
}

void Store::enter(const NamespacedName& key, const Object& object) {
  for (auto& [name, index] : indexes_) {
    for (std::string& value : index.function(object)) index.keys[std::move(value)].insert(key);
  }
}

void Store::leave(const NamespacedName& key, const Object& object) {
  for (auto& [name, index] : indexes_) {
    for (const std::string& value : index.function(object)) {
      const auto entry = index.keys.find(value);
      if (entry == index.keys.end()) continue;
      entry->second.erase(key);
      if (entry->second.empty()) index.keys.erase(entry);
    }
  }
}

}  // namespace dynamo::kube
