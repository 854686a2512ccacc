#include "operator/adapter_reconciler.h"

#include <fmt/format.h>

#include "api/codec.h"
#include "graph/status.h"
#include "operator/object_writes.h"
#include "operator/resources.h"
#include "operator/watches.h"

namespace dynamo::operators {
namespace {

/// Only the replicas of one service, and only in the graph as we saw it: a service that went meanwhile must
/// not come back.
json::object replicas_patch(const kube::Object& graph, const std::string& service, std::int32_t replicas) {
  json::object services{{service, {{"replicas", replicas}}}};
  return {{"metadata", {{"resourceVersion", kube::resource_version_of(graph)}}},
          {"spec", {{"services", std::move(services)}}}};
}

}  // namespace

void AdapterReconciler::feed(kube::Controller& controller) {
  watch_wishes(controller, world_.adapters);
  controller.watch_mapped(world_.graphs, [this](const kube::Change& change) {
    const bool resync = change.before == change.after;  // the adapters have their own
    return !resync && wishes_changed(change) ? world_.adapters_of(kube::key_of(change.object()))
                                             : std::vector<kube::NamespacedName>{};
  });
}

net::Task<kube::Outcome> AdapterReconciler::reconcile(kube::NamespacedName key, std::stop_token stop) {
  const kube::ObjectPtr object = world_.adapters.get(key);
  if (!object || kube::is_deleting(*object)) co_return kube::Done{};
  const auto adapter = api::from_json<api::DynamoGraphDeploymentScalingAdapter>(*object);
  if (!adapter) {
    events_.warning(*object, "ValidationFailed", adapter.error().message);
    co_return kube::Done{};
  }
  const auto scaled = co_await scale(*adapter, object, stop);
  if (!scaled) co_return kube::Backoff{scaled.error()};
  const auto status = graph::adapter_status(*adapter, *scaled, clock_.wall_now());
  if (status == adapter->status) co_return kube::Done{};
  const auto told =
      co_await apply_status(client_, resources::kAdapters, object, api::part_to_json(status), stop);
  co_return outcome_of(told);
}

net::Task<Result<bool>> AdapterReconciler::scale(api::DynamoGraphDeploymentScalingAdapter adapter,
                                                 kube::ObjectPtr object, std::stop_token stop) {
  const api::ServiceRef& ref = adapter.spec.dgd_ref;
  const kube::NamespacedName key{adapter.metadata.ns, ref.name};
  const kube::ObjectPtr graph = world_.graphs.get(key);
  if (!graph)
    co_return fail(Errc::not_found, fmt::format("DynamoGraphDeployment {} not found", key.to_string()));
  const auto dgd = api::from_json<api::DynamoGraphDeployment>(*graph);
  if (!dgd) co_return std::unexpected(dgd.error());
  const auto service = dgd->spec.services.find(ref.service_name);
  if (service == dgd->spec.services.end()) {
    co_return fail(Errc::not_found, fmt::format("service {} not found in DGD", ref.service_name));
  }
  const std::int32_t from = service->second.wanted_replicas();
  const std::int32_t to = adapter.spec.replicas;
  if (from == to) co_return false;

  kube::WriteOptions options;
  options.field_manager = kFieldManager;
  kube::CallOptions call{.stop = std::move(stop), .deadline = {}};
  const auto patched = co_await client_.patch(resources::kGraphs, key, kube::PatchKind::merge,
                                              replicas_patch(*graph, ref.service_name, to),
                                              std::move(options), std::move(call));
  if (!patched) {
    const bool passing = patched.error().code == Errc::conflict || patched.error().code == Errc::cancelled;
    if (!passing) events_.warning(*object, "UpdateFailed", patched.error().message);
    co_return std::unexpected(patched.error());
  }
  events_.normal(*object, "Scaled",
                 fmt::format("Scaled service {} from {} to {} replicas", ref.service_name, from, to));
  co_return true;
}

}  // namespace dynamo::operators
