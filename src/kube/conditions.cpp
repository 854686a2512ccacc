#include "kube/conditions.h"

#include <algorithm>

namespace dynamo::kube {
namespace {

auto find_entry(auto& conditions, std::string_view type) {
  return std::ranges::find_if(
      conditions, [&](const json::value& entry) { return json::string_at(entry, {"type"}) == type; });
}

/// Assigns and says whether that changed anything.
template <class T>
bool assign(Object& condition, std::string_view field, const T& wanted) {
  json::value next;
  next = wanted;
  json::value& slot = condition[field];
  if (slot == next) return false;
  slot = std::move(next);
  return true;
}

}  // namespace

std::string_view to_string(ConditionStatus status) noexcept {
  switch (status) {
    case ConditionStatus::yes:
      return "True";
    case ConditionStatus::no:
      return "False";
    case ConditionStatus::unknown:
      return "Unknown";
  }
  return "Unknown";
}

const Object* find_condition(const json::array& conditions, std::string_view type) {
  const auto found = find_entry(conditions, type);
  return found == conditions.end() ? nullptr : found->if_object();
}

bool is_condition_true(const json::array& conditions, std::string_view type) {
  const Object* condition = find_condition(conditions, type);
  return condition != nullptr && json::string_at(*condition, {"status"}) == "True";
}

bool set_condition(json::array& conditions, const Condition& next, WallTime now) {
  auto found = find_entry(conditions, next.type);
  if (found == conditions.end()) {
    conditions.push_back(Object{{"type", next.type}});
    found = std::prev(conditions.end());
  }
  Object& condition = found->get_object();
  bool changed = assign(condition, "status", to_string(next.status));
  if (changed || !condition.contains("lastTransitionTime")) {
    condition["lastTransitionTime"] = format_rfc3339(now);
    changed = true;
  }
  changed |= assign(condition, "reason", next.reason);
  changed |= assign(condition, "message", next.message);
  if (next.observed_generation > 0)
    changed |= assign(condition, "observedGeneration", next.observed_generation);
  return changed;
}

bool remove_condition(json::array& conditions, std::string_view type) {
  const auto found = find_entry(conditions, type);
  if (found == conditions.end()) return false;
  conditions.erase(found);
  return true;
}

}  // namespace dynamo::kube
