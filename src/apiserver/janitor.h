#pragma once

#include <stop_token>

#include "apiserver/object_writes.h"
#include "apiserver/registry.h"
#include "apiserver/store.h"
#include "net/loop.h"

namespace dynamo::apiserver {

/// What the server does by itself, once a second: empties namespaces and custom kinds that are being deleted
/// and lets them go when nothing is left in them; forgets events after an hour, or when there are too many
/// (looked through every half minute).
class Janitor {
 public:
  Janitor(net::Loop& loop, Store& store, Registry& registry, ObjectWrites& writes, const Clock& clock)
      : loop_(loop), store_(store), registry_(registry), writes_(writes), clock_(clock) {}

  net::Task<void> run(std::stop_token stop);
  /// One round; `run` is this and a pause.
  net::Task<void> sweep();

 private:
  net::Task<void> empty_namespace(std::string ns);
  net::Task<void> empty_definition(ObjectPtr definition);
  net::Task<void> forget_events();
  net::Loop& loop_;
  Store& store_;
  Registry& registry_;
  ObjectWrites& writes_;
  const Clock& clock_;
  TimePoint next_events_{};  // when events are looked through again
};

}  // namespace dynamo::apiserver
