#include "kube/owner.h"

#include <algorithm>
#include <fmt/format.h>

namespace dynamo::kube {
namespace {

std::optional<OwnerReference> decode(const json::value& entry) {
  const Object* o = entry.if_object();
  if (o == nullptr || json::string_at(*o, {"uid"}).empty()) return std::nullopt;
  return OwnerReference{.api_version = std::string(json::string_at(*o, {"apiVersion"})),
                        .kind = std::string(json::string_at(*o, {"kind"})),
                        .name = std::string(json::string_at(*o, {"name"})),
                        .uid = std::string(json::string_at(*o, {"uid"})),
                        .controller = bool_at(*o, {"controller"}),
                        .block_owner_deletion = bool_at(*o, {"blockOwnerDeletion"})};
}

Object encode(const OwnerReference& owner) {
  Object o{{"apiVersion", owner.api_version}, {"kind", owner.kind}, {"name", owner.name}, {"uid", owner.uid}};
  if (owner.controller) o["controller"] = true;
  if (owner.block_owner_deletion) o["blockOwnerDeletion"] = true;
  return o;
}

json::array& metadata_array(Object& object, std::string_view field) {
  json::value& slot = metadata(object)[field];
  if (!slot.is_array()) slot.emplace_array();
  return slot.get_array();
}

/// Takes entries for which `unwanted` holds out of metadata's `field`, and the field when nothing is left.
template <class Predicate>
bool remove_entries(Object& object, std::string_view field, Predicate unwanted) {
  if (array_at(object, {"metadata", field}).empty()) return false;
  json::array& entries = metadata_array(object, field);
  const std::size_t before = entries.size();
  entries.erase(std::remove_if(entries.begin(), entries.end(), unwanted), entries.end());
  const bool changed = entries.size() != before;
  if (entries.empty()) metadata(object).erase(field);
  return changed;
}

}  // namespace

OwnerReference controller_reference(const Object& owner) {
  return OwnerReference{.api_version = std::string(json::string_at(owner, {"apiVersion"})),
                        .kind = std::string(json::string_at(owner, {"kind"})),
                        .name = std::string(name_of(owner)),
                        .uid = std::string(uid_of(owner)),
                        .controller = true,
                        .block_owner_deletion = true};
}

std::vector<OwnerReference> owners_of(const Object& object) {
  std::vector<OwnerReference> owners;
  for (const json::value& entry : array_at(object, {"metadata", "ownerReferences"})) {
    if (auto owner = decode(entry)) owners.push_back(std::move(*owner));
  }
  return owners;
}

std::optional<OwnerReference> controller_of(const Object& object) {
  for (OwnerReference& owner : owners_of(object)) {
    if (owner.controller) return std::move(owner);
  }
  return std::nullopt;
}

bool is_owned_by(const Object& object, std::string_view owner_uid) {
  return std::ranges::any_of(array_at(object, {"metadata", "ownerReferences"}),
                             [&](const json::value& entry) {
                               return !owner_uid.empty() && json::string_at(entry, {"uid"}) == owner_uid;
                             });
}

bool is_controlled_by(const Object& object, std::string_view owner_uid) {
  return std::ranges::any_of(array_at(object, {"metadata", "ownerReferences"}),
                             [&](const json::value& entry) {
                               return json::bool_at(entry, {"controller"}) && !owner_uid.empty() &&
                                      json::string_at(entry, {"uid"}) == owner_uid;
                             });
}

Result<void> set_owner(Object& object, const OwnerReference& owner) {
  const auto present = controller_of(object);
  if (owner.controller && present && present->uid != owner.uid) {
    return fail(Errc::already_exists, fmt::format("{} is already controlled by {} {}",
                                                  key_of(object).to_string(), present->kind, present->name));
  }
  json::array& entries = metadata_array(object, "ownerReferences");
  for (json::value& entry : entries) {
    if (json::string_at(entry, {"uid"}) == owner.uid) {
      entry = encode(owner);
      return {};
    }
  }
  entries.push_back(encode(owner));
  return {};
}

bool remove_owner(Object& object, std::string_view owner_uid) {
  return remove_entries(object, "ownerReferences", [&](const json::value& entry) {
    return json::string_at(entry, {"uid"}) == owner_uid;
  });
}

bool has_finalizer(const Object& object, std::string_view finalizer) {
  return std::ranges::any_of(array_at(object, {"metadata", "finalizers"}), [&](const json::value& entry) {
    return json::string_at(entry, {}) == finalizer;
  });
}

bool add_finalizer(Object& object, std::string_view finalizer) {
  if (has_finalizer(object, finalizer)) return false;
  metadata_array(object, "finalizers").emplace_back(finalizer);
  return true;
}

bool remove_finalizer(Object& object, std::string_view finalizer) {
  return remove_entries(object, "finalizers",
                        [&](const json::value& entry) { return json::string_at(entry, {}) == finalizer; });
}

}  // namespace dynamo::kube
