#pragma once

#include <optional>
#include <string>

#include "apiserver/kind.h"
#include "base/error.h"

/// Deletion: at once, after finalizers, or, for pods, after a grace period. Pure.
namespace dynamo::apiserver {

struct DeleteOptions {
  std::optional<std::int64_t> grace_seconds{};
  std::string propagation{};  // "", "Background", "Foreground", "Orphan"
  std::string uid{};          // preconditions; empty = any
  std::string resource_version{};
  bool dry_run = false;
};

/// Reads a `DeleteOptions` document. Errors: bad request.
Result<DeleteOptions> parse_delete_options(const json::value& body);

struct DeletePlan {
  enum class Action { remove, mark, nothing };
  Action action = Action::remove;
  Object object;  // as it is to be written (mark), or as it was
};

/// Errors: conflict, when a precondition does not hold.
Result<DeletePlan> plan_delete(const Kind& kind, const Object& live, const DeleteOptions& options,
                               WallTime now);

/// Whether an object that is being deleted has nothing left that holds it: no finalizer, no grace period.
bool is_free_to_go(const Object& object);

}  // namespace dynamo::apiserver
