#include "operator/component_reconciler.h"

#include "api/codec.h"
#include "api/constants.h"
#include "api/validate.h"
#include "graph/component.h"
#include "graph/status.h"
#include "kube/owner.h"
#include "operator/object_writes.h"
#include "operator/resources.h"
#include "operator/watches.h"

namespace dynamo::operators {

void ComponentReconciler::feed(kube::Controller& controller) {
  watch_wishes(controller, world_.components);
  controller.watch_owned(world_.deployments, std::string(api::DynamoComponentDeployment::kKind));
  controller.watch_owned(world_.services, std::string(api::DynamoComponentDeployment::kKind));
  const auto of_namespace = [this](const kube::Change& change) {
    return changes_pods(change) ? keys_of(world_.components.list(kube::namespace_of(change.object())))
                                : std::vector<kube::NamespacedName>{};
  };
  controller.watch_mapped(world_.pull_secrets, of_namespace);
  controller.watch_mapped(world_.accounts, of_namespace);
}

net::Task<kube::Outcome> ComponentReconciler::reconcile(kube::NamespacedName key, std::stop_token stop) {
  const kube::ObjectPtr object = world_.components.get(key);
  if (!object) co_return kube::Done{};
  auto changed = co_await keep_finalizer(client_, resources::kComponents, object, stop);
  if (changed) co_return std::move(*changed);
  auto dcd = api::from_json<api::DynamoComponentDeployment>(*object);
  if (!dcd) {
    events_.warning(*object, "ValidationFailed", dcd.error().message);
    co_return kube::Done{};
  }
  if (dcd->status.conditions.empty())
    events_.normal(*object, "Reconciling", "Making the component's workload");
  Attempt made = co_await attempt(*dcd, object, stop);
  if (made.ending == Attempt::Ending::passing) co_return made.outcome();
  const auto told = co_await tell(std::move(*dcd), object, made, stop);
  if (!told) co_return kube::Backoff{told.error()};
  co_return made.outcome();
}

net::Task<Attempt> ComponentReconciler::attempt(api::DynamoComponentDeployment dcd, kube::ObjectPtr object,
                                                std::stop_token stop) {
  const api::Findings findings = api::validate_component_deployment(dcd);
  if (!findings.errors.empty()) {
    co_return Attempt::refusal(Error{Errc::invalid, schema::join(findings.errors), nullptr});
  }
  auto wanted = graph::render_component(dcd, world_.facts_of(dcd));
  if (!wanted) co_return Attempt::refusal(std::move(wanted.error()));
  auto written = co_await writer_.write(object, std::move(*wanted), kube::LabelSelector{}, events_, stop);
  if (!written) co_return Attempt::failure(std::move(written.error()));
  if (written->anything) events_.normal(*object, "Update", "All resources are updated");
  co_return Attempt::success(std::move(*written));
}

net::Task<Result<void>> ComponentReconciler::tell(api::DynamoComponentDeployment dcd, kube::ObjectPtr object,
                                                  Attempt attempt, std::stop_token stop) {
  const kube::NamespacedName key = kube::key_of(*object);
  graph::ComponentObserved observed{.written = attempt.written.deployments.contains(key),
                                    .failure = attempt.told(),
                                    .now = clock_.wall_now()};
  if (const kube::ObjectPtr deployment = world_.deployments.get(key)) observed.deployment = *deployment;
  const api::DynamoComponentDeploymentStatus status = graph::component_status(dcd, observed);
  if (status == dcd.status) co_return Result<void>{};
  if (observed.failure) events_.warning(*object, event_reason(attempt), observed.failure->message);
  co_return co_await apply_status(client_, resources::kComponents, object, api::part_to_json(status), stop);
}

}  // namespace dynamo::operators
