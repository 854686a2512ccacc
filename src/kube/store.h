#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kube/object.h"
#include "kube/watch_event.h"

namespace dynamo::kube {

/// What happened to one object: `before` is null when it appeared, `after` when it went.
struct Change {
  ObjectPtr before;
  ObjectPtr after;
  const Object& object() const { return after ? *after : *before; }
};

/// The values under which an object is found in an index.
using IndexFunction = std::function<std::vector<std::string>(const Object&)>;

/// By the uid of every owner.
std::vector<std::string> index_owner_uids(const Object& object);
/// By the value of a label; objects without it are not in the index.
IndexFunction index_label(std::string key);

/// The last known state of a collection, with indexes. Pure. Memory: what is in the collection.
class Store {
 public:
  /// Before the first object.
  void add_index(std::string name, IndexFunction function);

  /// Takes a whole new state over; the changes that lead to it, objects that went first.
  std::vector<Change> replace(std::vector<Object> objects);
  /// One watch event; nothing when it changes nothing (a bookmark, a version that we have).
  std::optional<Change> apply(WatchEvent event);

  /// Null when there is none.
  ObjectPtr get(const NamespacedName& key) const;
  /// In order of keys; an empty `ns` means all.
  std::vector<ObjectPtr> list(std::string_view ns = {}) const;
  /// Empty for an unknown index, too.
  std::vector<ObjectPtr> by_index(std::string_view name, std::string_view value) const;
  std::size_t size() const noexcept { return objects_.size(); }

 private:
  struct Index {
    IndexFunction function;
    std::unordered_map<std::string, std::set<NamespacedName>> keys;
  };
  Change put(Object object);
  Change erase(std::map<NamespacedName, ObjectPtr>::iterator at);
  void enter(const NamespacedName& key, const Object& object);
  void leave(const NamespacedName& key, const Object& object);

  std::map<NamespacedName, ObjectPtr> objects_;
  std::map<std::string, Index, std::less<>> indexes_;
};

}  // namespace dynamo::kube
