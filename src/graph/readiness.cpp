#include "graph/readiness.h"

#include <fmt/format.h>

namespace dynamo::graph {
namespace {

const api::Condition* find_condition(const std::vector<api::Condition>& conditions, std::string_view type) {
  const auto found = std::ranges::find(conditions, type, &api::Condition::type);
  return found == conditions.end() ? nullptr : &*found;
}

bool is_available(const json::object& deployment) {
  const json::value* conditions = json::find(deployment, {"status", "conditions"});
  if (!conditions || !conditions->is_array()) return false;
  return std::ranges::any_of(conditions->get_array(), [](const json::value& condition) {
    return json::string_at(condition, {"type"}) == "Available" &&
           json::string_at(condition, {"status"}) == "True";
  });
}

std::int64_t number(const json::object& object, std::initializer_list<std::string_view> path,
                    std::int64_t fallback) {
  const json::value* found = json::find(object, path);
  return found && found->is_int64() ? found->get_int64() : fallback;
}

}  // namespace

std::optional<std::string> not_ready_reason(const api::DynamoComponentDeployment& component) {
  if (component.status.observed_generation.value_or(0) < component.metadata.generation.value_or(0)) {
    return "Component deployment not ready - latest generation not observed yet";
  }
  const api::Condition* available = find_condition(component.status.conditions, "Available");
  if (available && available->status == api::condition_status::kTrue) return std::nullopt;
  std::string reason = "Component deployment not ready - Available condition not true";
  if (available && !available->message.empty()) reason += fmt::format(" ({})", available->message);
  return reason;
}

std::optional<std::string> not_ready_reason(const json::object& deployment) {
  const std::int64_t wanted = number(deployment, {"spec", "replicas"}, 1);
  if (const json::value* paused = json::find(deployment, {"spec", "paused"});
      paused && *paused == json::value(true)) {
    return "the Deployment is paused";
  }
  if (wanted == 0) return std::nullopt;
  if (number(deployment, {"status", "observedGeneration"}, 0) <
      number(deployment, {"metadata", "generation"}, 0)) {
    return "the Deployment's latest generation is not observed yet";
  }
  const std::int64_t updated = number(deployment, {"status", "updatedReplicas"}, 0);
  if (updated < wanted) return fmt::format("{} of {} replicas updated", updated, wanted);
  const std::int64_t available = number(deployment, {"status", "availableReplicas"}, 0);
  if (available < wanted) return fmt::format("{} of {} replicas available", available, wanted);
  const std::int64_t total = number(deployment, {"status", "replicas"}, 0);
  if (total != wanted) return fmt::format("{} replicas of an older version still there", total - wanted);
  if (!is_available(deployment)) return "the Deployment is not available";
  return std::nullopt;
}

}  // namespace dynamo::graph
