#include "schema/merge_patch.h"

namespace dynamo::schema {

void apply_merge_patch(json::value& target, const json::value& patch) {
  const json::object* changes = patch.if_object();
  if (changes == nullptr) {
    target = patch;
    return;
  }
  if (!target.is_object()) target.emplace_object();
  json::object& members = target.get_object();
  for (const auto& change : *changes) {
    if (change.value().is_null()) {
      members.erase(change.key());
    } else {
      apply_merge_patch(members[change.key()], change.value());
    }
  }
}

json::value make_merge_patch(const json::value& from, const json::value& to) {
  const json::object* before = from.if_object();
  const json::object* after = to.if_object();
  if (before == nullptr || after == nullptr) return to;
  json::object patch;
  for (const auto& member : *before) {
    if (!after->contains(member.key())) patch[member.key()] = nullptr;
  }
  for (const auto& member : *after) {
    const json::value* old = before->if_contains(member.key());
    if (old == nullptr) {
      patch[member.key()] = member.value();
    } else if (*old != member.value()) {
      patch[member.key()] = make_merge_patch(*old, member.value());
    }
  }
  return patch;
}

}  // namespace dynamo::schema
