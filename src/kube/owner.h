#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kube/object.h"

/// Owner references and finalizers: who is cleaned up after whom.
namespace dynamo::kube {

struct OwnerReference {
  std::string api_version;
  std::string kind;
  std::string name;
  std::string uid;
  bool controller = false;
  bool block_owner_deletion = false;
  friend bool operator==(const OwnerReference&, const OwnerReference&) = default;
};

/// A reference to `owner` as its managing controller; `owner` must have kind and uid.
OwnerReference controller_reference(const Object& owner);

/// All references, broken entries left out.
std::vector<OwnerReference> owners_of(const Object& object);
/// The one whose `controller` is true.
std::optional<OwnerReference> controller_of(const Object& object);
bool is_owned_by(const Object& object, std::string_view owner_uid);
bool is_controlled_by(const Object& object, std::string_view owner_uid);

/// Adds the reference, or replaces the one of the same uid. Errors: already_exists, when the reference is a
/// controller's and another controller has the object.
Result<void> set_owner(Object& object, const OwnerReference& owner);
/// True when there was one.
bool remove_owner(Object& object, std::string_view owner_uid);

bool has_finalizer(const Object& object, std::string_view finalizer);
/// Both say whether the object changed.
bool add_finalizer(Object& object, std::string_view finalizer);
bool remove_finalizer(Object& object, std::string_view finalizer);

}  // namespace dynamo::kube
