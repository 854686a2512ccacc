#include "operator/graph_reconciler.h"

#include "api/codec.h"
#include "api/constants.h"
#include "api/validate.h"
#include "graph/graph.h"
#include "graph/names.h"
#include "graph/status.h"
#include "kube/owner.h"
#include "operator/object_writes.h"
#include "operator/resources.h"
#include "operator/watches.h"

namespace dynamo::operators {
namespace {

kube::LabelSelector inventory_of(const api::DynamoGraphDeployment& dgd) {
  return kube::LabelSelector::from_map({{api::label::kGraphDeployment, dgd.metadata.name}});
}

/// Services whose component was written just now, so that what the copies say of it is outdated.
std::set<std::string> outdated(const api::DynamoGraphDeployment& dgd, const Written& written) {
  std::set<std::string> services;
  for (const auto& [service, spec] : dgd.spec.services) {
    const kube::NamespacedName key{dgd.metadata.ns, graph::component_name(dgd.metadata.name, service)};
    if (written.components.contains(key)) services.insert(service);
  }
  return services;
}

}  // namespace

void GraphReconciler::feed(kube::Controller& controller) {
  watch_wishes(controller, world_.graphs);
  for (kube::Cache* cache : {&world_.components, &world_.adapters, &world_.claims, &world_.accounts,
                             &world_.roles, &world_.bindings}) {
    controller.watch_owned(*cache, std::string(api::DynamoGraphDeployment::kKind));
  }
}

net::Task<kube::Outcome> GraphReconciler::reconcile(kube::NamespacedName key, std::stop_token stop) {
  const kube::ObjectPtr object = world_.graphs.get(key);
  if (!object) co_return kube::Done{};
  auto changed = co_await keep_finalizer(client_, resources::kGraphs, object, stop);
  if (changed) co_return std::move(*changed);
  auto dgd = api::from_json<api::DynamoGraphDeployment>(*object);
  if (!dgd) {
    events_.warning(*object, "ValidationFailed", dgd.error().message);
    co_return kube::Done{};
  }
  Attempt made = co_await attempt(*dgd, object, stop);
  if (made.ending == Attempt::Ending::passing) co_return made.outcome();
  const auto told = co_await tell(std::move(*dgd), object, made, stop);
  if (!told) co_return kube::Backoff{told.error()};
  co_return made.outcome();
}

net::Task<Attempt> GraphReconciler::attempt(api::DynamoGraphDeployment dgd, kube::ObjectPtr object,
                                            std::stop_token stop) {
  const api::Findings findings = api::validate_graph_deployment(dgd);
  if (!findings.errors.empty()) {
    co_return Attempt::refusal(Error{Errc::invalid, schema::join(findings.errors), nullptr});
  }
  auto wanted = graph::render_graph(dgd, world_.facts_of(dgd));
  if (!wanted) co_return Attempt::refusal(std::move(wanted.error()));
  auto written = co_await writer_.write(object, std::move(*wanted), inventory_of(dgd), events_, stop);
  if (!written) co_return Attempt::failure(std::move(written.error()));
  co_return Attempt::success(std::move(*written));
}

net::Task<Result<void>> GraphReconciler::tell(api::DynamoGraphDeployment dgd, kube::ObjectPtr object,
                                              Attempt attempt, std::stop_token stop) {
  graph::GraphObserved observed{.components = world_.components_of(dgd),
                                .written = outdated(dgd, attempt.written),
                                .failure = attempt.told(),
                                .now = clock_.wall_now()};
  const api::DynamoGraphDeploymentStatus status = graph::graph_status(dgd, observed);
  if (status == dgd.status) co_return Result<void>{};
  if (observed.failure) events_.warning(*object, event_reason(attempt), observed.failure->message);
  co_return co_await apply_status(client_, resources::kGraphs, object, api::part_to_json(status), stop);
}

}  // namespace dynamo::operators
