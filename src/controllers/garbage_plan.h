#pragma once

#include <functional>
#include <string>
#include <vector>

#include "kube/object.h"
#include "kube/owner.h"
#include "kube/request.h"

/// What the garbage collector does with one object, by its owners and its finalizers. Pure.
namespace dynamo::controllers {

using kube::Object;
using kube::ObjectPtr;

inline constexpr std::string_view kForegroundFinalizer = "foregroundDeletion";
inline constexpr std::string_view kOrphanFinalizer = "orphan";

/// How an owner is doing.
enum class OwnerState : std::uint8_t {
  present,
  absent,   // no such object, or one of another uid
  waiting,  // is being deleted and waits for its dependents to go first
  unknown,  // its kind cannot be looked up: better keep what depends on it
};

struct OwnerFact {
  kube::OwnerReference owner;
  OwnerState state = OwnerState::unknown;
};

/// What becomes of a dependent.
struct DependentPlan {
  enum class Action : std::uint8_t { keep, remove, drop_owners };
  Action action = Action::keep;
  kube::Propagation propagation = kube::Propagation::background;  // of remove
  std::vector<std::string> owners;                                // uids to drop
};
DependentPlan plan_dependent(const Object& object, const std::vector<OwnerFact>& owners, bool has_dependents);

/// What an object that is being deleted and has one of the two finalizers needs.
struct OwnerPlan {
  bool orphan_dependents = false;  // take it out of their owners
  bool remove_dependents = false;  // look at each of them: they go now
  std::string finalizer;           // to take off; empty = not yet
};
OwnerPlan plan_owner(const Object& object, const std::vector<ObjectPtr>& dependents);

}  // namespace dynamo::controllers
