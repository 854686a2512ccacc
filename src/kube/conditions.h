#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "kube/object.h"

namespace dynamo::kube {

enum class ConditionStatus : std::uint8_t { yes, no, unknown };

/// "True", "False", "Unknown".
std::string_view to_string(ConditionStatus status) noexcept;

/// One statement about an object, as `metav1.Condition` writes it.
struct Condition {
  std::string type;
  ConditionStatus status = ConditionStatus::unknown;
  std::string reason;  // CamelCase, never empty
  std::string message;
  std::int64_t observed_generation = 0;  // 0 = not said
  friend bool operator==(const Condition&, const Condition&) = default;
};

/// Null when there is none of that type.
const Object* find_condition(const json::array& conditions, std::string_view type);
bool is_condition_true(const json::array& conditions, std::string_view type);

/// Puts `next` into the list; `lastTransitionTime` moves only when the status does, and fields that we do not
/// know stay. True when anything changed.
bool set_condition(json::array& conditions, const Condition& next, WallTime now);
bool remove_condition(json::array& conditions, std::string_view type);

}  // namespace dynamo::kube
