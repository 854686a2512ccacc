#include "graph/status.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/constants.h"
#include "graph/names.h"
#include "graph/readiness.h"

namespace dynamo::graph {
namespace {

using api::Condition;

/// The time of the last change stays while the status word does.
void set_condition(std::vector<Condition>& conditions, Condition next) {
  const auto found = std::ranges::find(conditions, next.type, &Condition::type);
  if (found == conditions.end()) {
    conditions.push_back(std::move(next));
    return;
  }
  if (found->status == next.status) next.last_transition_time = found->last_transition_time;
  *found = std::move(next);
}

/// Times are kept in whole seconds, as they are written.
WallTime whole_seconds(WallTime time) { return std::chrono::floor<std::chrono::seconds>(time); }

/// "name: why" of all components that are not ready, in order of names; empty when all are.
std::vector<std::string> unready(const api::DynamoGraphDeployment& dgd, const GraphObserved& observed) {
  std::map<std::string, std::string> by_name;
  for (const auto& [service, spec] : dgd.spec.services) {
    const std::string name = component_name(dgd.metadata.name, service);
    const auto seen = observed.components.find(service);
    if (seen == observed.components.end()) {
      by_name[name] = "Component deployment not ready - not created yet";
    } else if (observed.written.contains(service)) {
      by_name[name] = "Component deployment not ready - changed just now";
    } else if (auto why = not_ready_reason(seen->second)) {
      by_name[name] = std::move(*why);
    }
  }
  std::vector<std::string> reasons;
  for (const auto& [name, why] : by_name) reasons.push_back(fmt::format("{}: {}", name, why));
  return reasons;
}

struct Verdict {
  std::string_view state;
  std::string_view ready;  // condition_status
  std::string reason;
  std::string message;
};

Verdict judge(const api::DynamoGraphDeployment& dgd, const GraphObserved& observed) {
  using namespace api::condition_status;
  if (observed.failure) {
    return {api::graph_state::kFailed, kFalse, observed.failure->reason, observed.failure->message};
  }
  const std::vector<std::string> reasons = unready(dgd, observed);
  if (reasons.empty()) {
    return {api::graph_state::kSuccessful, kTrue, std::string(reason::kReady), "All resources are ready"};
  }
  return {api::graph_state::kPending, kFalse, std::string(reason::kNotReady),
          fmt::format("Resources not ready: {}", fmt::join(reasons, "; "))};
}

std::int32_t count(const json::object& deployment, std::string_view field) {
  const json::value* found = json::find(deployment, {"status", field});
  return found && found->is_int64() ? static_cast<std::int32_t>(found->get_int64()) : 0;
}

api::ServiceReplicaStatus replicas_of(const json::object& deployment) {
  return {.component_kind = std::string(api::component_kind::kDeployment),
          .component_name = std::string(json::string_at(deployment, {"metadata", "name"})),
          .component_names = {},
          .replicas = count(deployment, "replicas"),
          .updated_replicas = count(deployment, "updatedReplicas"),
          .ready_replicas = count(deployment, "readyReplicas"),
          .available_replicas = count(deployment, "availableReplicas")};
}

/// Why the component does not serve yet; nothing when it does.
std::optional<std::string> not_available_reason(const ComponentObserved& observed) {
  if (!observed.deployment) return "the Deployment is not created yet";
  if (observed.written) return "the Deployment was changed just now";
  return not_ready_reason(*observed.deployment);
}

std::vector<Condition> component_conditions(const ComponentObserved& observed) {
  using namespace api::condition_status;
  const auto word = [](bool yes) { return std::string(yes ? kTrue : kFalse); };
  const bool valid = !observed.failure || observed.failure->reason != reason::kValidationFailed;
  Condition validity{
      .type = "Valid", .status = word(valid), .reason = "ValidationPassed", .message = "The spec is valid"};
  Condition available{.type = "Available", .status = word(false), .reason = "Reconciling"};
  if (observed.failure) {
    available.message = observed.failure->message;
    if (!valid) validity.reason = observed.failure->reason, validity.message = observed.failure->message;
  } else {
    const auto why = not_available_reason(observed);
    available.status = word(!why);
    available.reason = why ? "DeploymentNotReady" : "DeploymentReady";
    available.message = why.value_or("The Deployment is ready");
  }
  Condition ready = available;
  ready.type = "DynamoComponentReady";
  const bool is_ready = available.status == kTrue;
  ready.reason = is_ready ? "ComponentReady" : "ComponentNotReady";
  if (is_ready) ready.message = "The component is ready";
  return {std::move(available), std::move(ready), std::move(validity)};
}

}  // namespace

api::DynamoGraphDeploymentStatus graph_status(const api::DynamoGraphDeployment& dgd,
                                              const GraphObserved& observed) {
  api::DynamoGraphDeploymentStatus status = dgd.status;
  Verdict verdict = judge(dgd, observed);
  status.state = verdict.state;
  set_condition(status.conditions, {.type = "Ready",
                                    .status = std::string(verdict.ready),
                                    .reason = std::move(verdict.reason),
                                    .message = std::move(verdict.message),
                                    .last_transition_time = whole_seconds(observed.now),
                                    .observed_generation = dgd.metadata.generation});
  status.services.clear();
  for (const auto& [service, component] : observed.components) {
    if (component.status.service && dgd.spec.services.contains(service)) {
      status.services[service] = *component.status.service;
    }
  }
  if (!observed.failure) status.restart = advance_restart(dgd, observed.components);
  return status;
}

api::DynamoComponentDeploymentStatus component_status(const api::DynamoComponentDeployment& dcd,
                                                      const ComponentObserved& observed) {
  api::DynamoComponentDeploymentStatus status = dcd.status;
  for (Condition& condition : component_conditions(observed)) {
    condition.last_transition_time = whole_seconds(observed.now);
    condition.observed_generation = dcd.metadata.generation;
    set_condition(status.conditions, std::move(condition));
  }
  status.observed_generation = dcd.metadata.generation;
  status.pod_selector = {{std::string(api::label::kSelector), dcd.metadata.name}};
  status.service = observed.deployment ? std::optional(replicas_of(*observed.deployment)) : std::nullopt;
  return status;
}

api::DynamoGraphDeploymentScalingAdapterStatus adapter_status(
    const api::DynamoGraphDeploymentScalingAdapter& adapter, bool scaled, WallTime now) {
  api::DynamoGraphDeploymentScalingAdapterStatus status = adapter.status;
  status.replicas = adapter.spec.replicas;
  status.selector = fmt::format("{}={},{}={}", api::label::kGraphDeployment, adapter.spec.dgd_ref.name,
                                api::label::kComponent, adapter.spec.dgd_ref.service_name);
  if (scaled) status.last_scale_time = whole_seconds(now);
  return status;
}

}  // namespace dynamo::graph
