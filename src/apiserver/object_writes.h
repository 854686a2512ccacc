#pragma once

#include "apiserver/call.h"
#include "apiserver/delete_rules.h"
#include "apiserver/registry.h"
#include "apiserver/store.h"
#include "base/clock.h"
#include "net/task.h"

namespace dynamo::apiserver {

/// POST, PUT, PATCH and DELETE of objects. Each decides upon the newest submitted object without a pause in
/// between and answers when the outcome is on disk. Threads: the loop's.
class ObjectWrites {
 public:
  ObjectWrites(Store& store, Registry& registry, const Clock& clock)
      : store_(store), registry_(registry), clock_(clock) {}

  net::Task<Outcome> create(Call call);
  net::Task<Outcome> update(Call call);  // PUT
  net::Task<Outcome> patch(Call call);   // PATCH, apply included
  net::Task<Outcome> remove(Call call);
  net::Task<Outcome> remove_collection(Call call);
  /// pods/binding and pods/eviction.
  net::Task<Outcome> bind(Call call);
  net::Task<Outcome> evict(Call call);

  /// Creates `object` unless it is there, as the server itself does for what must exist. Errors: io, or why
  /// it is not valid.
  net::Task<Result<void>> ensure(KindPtr kind, Object object);
  /// Creates `object`, or replaces what differs of the one that is there, status apart.
  net::Task<Result<void>> ensure_current(KindPtr kind, Object object);
  /// Deletes as a request would. Not finding it is no error.
  net::Task<Result<void>> remove_object(KindPtr kind, Key key, DeleteOptions options);
  /// Drops one finalizer, of metadata or (namespaces) of spec.
  net::Task<Result<void>> drop_finalizer(Key key, std::string finalizer);

 private:
  /// Submits what was prepared, waits for the disk and gives the object as it is then.
  net::Task<Result<ObjectPtr>> commit(Key key, Written written);
  net::Task<Result<ObjectPtr>> commit_delete(Key key, DeletePlan plan);
  Outcome answer(const Call& call, const Object& object, int code, std::vector<std::string> warnings) const;
  Result<void> check_namespace(const Call& call) const;
  Result<Written> prepare_put(const Call& call, const Object& live, Object body) const;
  Result<Written> prepare_patch(const Call& call, const Object& live) const;
  /// Apply to an object, or to nothing (`live` null) to create it.
  Result<Written> prepare_apply(const Call& call, const ObjectPtr& live) const;
  net::Task<Outcome> finish(Call call, Result<Written> written, int code);
  Result<DeleteOptions> delete_options(const Call& call) const;

  Store& store_;
  Registry& registry_;
  const Clock& clock_;
};

}  // namespace dynamo::apiserver
