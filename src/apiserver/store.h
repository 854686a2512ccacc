#pragma once

#include <compare>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "apiserver/journal.h"
#include "base/error.h"
#include "kube/object.h"
#include "net/loop.h"

namespace dynamo::apiserver {

using kube::Object;
using kube::ObjectPtr;

/// Where an object is kept. Versions of one API group share a collection.
struct Key {
  std::string collection;  // "deployments.apps", "pods"
  std::string ns;          // empty for cluster-wide kinds
  std::string name;
  friend auto operator<=>(const Key&, const Key&) = default;
};

/// One thing that happened to a collection.
struct Change {
  enum class Type : std::uint8_t { added, modified, deleted };
  Type type = Type::added;
  std::uint64_t version = 0;
  ObjectPtr object;  // as it is now; for deleted: as it last was, with the version of the deletion
  ObjectPtr before;  // null for added
  std::size_t bytes = 0;
};

struct StoreOptions {
  std::string file;  // empty = in memory, forgotten at the end
  Database::Durability durability = Database::Durability::process_death;
  std::size_t history = 1024;            // changes kept per collection for watches
  std::size_t history_bytes = 8u << 20;  // and their size
};

/// All objects, in memory for reading and, unless ephemeral, in a Database for keeps.
///
/// A write takes two steps. `submit` checks nothing: it gives the object the next resourceVersion, makes it
/// the *head* that later writes build upon, and sends it to the disk. When it is there, it becomes *visible*
/// to reads and watches, and the writer hears of it. So nobody is ever told of a version that a crash could
/// take back, and versions become visible in their order. Threads: its loop's.
class Store {
 public:
  /// Errors as Database::open.
  static Result<std::unique_ptr<Store>> open(net::Loop& loop, StoreOptions options);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// The visible object; null when there is none.
  ObjectPtr get(const Key& key) const;
  /// What the next write builds upon: the newest submitted object; null when there is none or it is being
  /// deleted.
  ObjectPtr head(const Key& key) const;
  /// Visible objects in order of namespace and name, of one namespace or (empty) of all, from `from` on.
  std::vector<ObjectPtr> list(const std::string& collection, const std::string& ns) const;
  std::size_t size(const std::string& collection) const;
  /// Newest visible resourceVersion.
  std::uint64_t version() const noexcept { return visible_version_; }
  /// The file that was found corrupt at the start, under its new name.
  const std::optional<std::string>& kept_aside() const noexcept { return kept_aside_; }

  /// A write on its way; give it to `settled`.
  struct Pending;
  /// `next` null = delete. Returns the object as it will be visible (for a deletion: as it last was).
  struct Submitted {
    ObjectPtr object;
    std::shared_ptr<Pending> pending;
  };
  Submitted submit(const Key& key, std::optional<Object> next);
  /// Waits until the write is visible. Errors: io; the object then is as it was.
  net::Task<Result<void>> settled(std::shared_ptr<Pending> pending);

  /// Changes of a collection after `version`, oldest first. Errors: gone, when some of them are no longer
  /// known.
  Result<std::vector<Change>> changes_after(const std::string& collection, std::uint64_t version) const;
  /// Wakes its event at each change of the collection, as long as it lives.
  class Subscription;
  std::unique_ptr<Subscription> subscribe(const std::string& collection);

 private:
  struct Place {  // within a collection
    std::string ns;
    std::string name;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  struct Collection {
    std::map<Place, ObjectPtr> objects;
    std::deque<Change> history;
    std::size_t history_bytes = 0;
    std::uint64_t floor = 0;  // changes after this version are all in the history
    std::set<net::Event*> watchers;
  };
  struct Head {
    ObjectPtr object;  // null = deletion under way
    std::uint64_t version = 0;
  };

  Store(net::Loop& loop, StoreOptions options) : loop_(loop), options_(std::move(options)) {}
  Result<void> load(const std::vector<Row>& rows);
  Collection& collection(const std::string& name);
  void report(std::size_t count, Result<void> outcome);
  void publish(Pending& write);
  void remember(Collection& in, Change change);

  net::Loop& loop_;
  StoreOptions options_;
  std::optional<std::string> kept_aside_;
  std::map<std::string, Collection> collections_;
  std::map<Key, Head> heads_;  // of writes that are not visible yet
  std::deque<std::shared_ptr<Pending>> pending_;
  std::uint64_t version_ = 0;  // newest given out
  std::uint64_t visible_version_ = 0;
  std::uint64_t start_version_ = 0;
  std::uint64_t epoch_ = 1;
  std::shared_ptr<Store*> alive_ = std::make_shared<Store*>(this);
  std::unique_ptr<Journal> journal_;  // last: joined first
};

class Store::Subscription {
 public:
  Subscription(Store& store, const std::string& collection);
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;
  net::Event& changed() noexcept { return changed_; }

 private:
  std::set<net::Event*>& watchers_;
  net::Event changed_;
};

}  // namespace dynamo::apiserver
