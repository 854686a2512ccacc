#include "kube/merge_diff.h"

namespace dynamo::kube {

Object merge_diff(const Object& from, const Object& to) {
  Object patch;
  for (const auto& member : from) {
    if (!to.contains(member.key())) patch[member.key()] = nullptr;
  }
  for (const auto& member : to) {
    const json::value* before = from.if_contains(member.key());
    if (before != nullptr && *before == member.value()) continue;
    if (before != nullptr && before->is_object() && member.value().is_object()) {
      patch[member.key()] = merge_diff(before->get_object(), member.value().get_object());
    } else {
      patch[member.key()] = member.value();
    }
  }
  return patch;
}

}  // namespace dynamo::kube
