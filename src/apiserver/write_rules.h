#pragma once

#include <string>
#include <vector>

#include "apiserver/kind.h"
#include "base/error.h"

/// What happens to an object on its way into the store: everything between a request's body and the write.
/// Pure.
namespace dynamo::apiserver {

/// What to do about fields that a kind does not have: `fieldValidation` of a request.
enum class FieldValidation { ignore, warn, strict };

struct WriteContext {
  const Kind& kind;
  std::string ns;           // of the path; empty for cluster-wide kinds
  std::string name;         // of the path; empty on create
  std::string subresource;  // "", "status", "scale", …
  std::string manager;      // field manager
  FieldValidation field_validation = FieldValidation::warn;
  WallTime now{};
};

/// Who owns which fields afterwards.
enum class Ownership {
  track,  // the writer owns what changed
  kept,   // managedFields are right already, as after an apply
};

struct Written {
  Object object;
  std::vector<std::string> warnings{};  // texts of Warning headers
  bool changed = true;                  // false: equal to the live object, nothing to write
  bool finished = false;                // it was being deleted, and nothing holds it any more: remove it
};

/// Checks that `body` is an object of the kind, and of the namespace and name that the path gives; fills in
/// apiVersion, kind and namespace where absent. Errors: bad request.
Result<void> fit_to_request(const WriteContext& context, Object& body);

/// A new object: name generated, uid, time, defaults, validation, ownership.
/// Errors: bad request (unknown fields when strict), invalid (422 with causes).
Result<Written> prepare_create(const WriteContext& context, Object body,
                               Ownership ownership = Ownership::track);

/// What `live` becomes when `next` is written through the door that the context names. Identity, deletion and
/// whatever that door may not touch stay as they are in `live`. Errors: as prepare_create, and conflict
/// (resourceVersion, uid).
Result<Written> prepare_update(const WriteContext& context, const Object& live, Object next,
                               Ownership ownership = Ownership::track);

/// Leaves in an applied configuration only what the door may set.
void restrict_to_door(const WriteContext& context, Object& applied);

}  // namespace dynamo::apiserver
