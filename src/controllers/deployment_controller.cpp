#include "controllers/deployment_controller.h"

#include "controllers/claims.h"
#include "kube/owner.h"

namespace dynamo::controllers {

DeploymentController::DeploymentController(const Context& context, kube::Cache& deployments,
                                           kube::Cache& sets, kube::Cache& pods)
    : context_(context),
      deployments_(deployments),
      sets_(sets),
      pods_(pods),
      controller_(
          context.client.loop(),
          [this](kube::NamespacedName key, std::stop_token stop) {
            return reconcile(std::move(key), std::move(stop));
          },
          controller_options(context, "deployment")) {
  controller_.watch(deployments_);
  controller_.watch_owned(sets_, "Deployment");
  // Recreate waits for the last old pod to go.
  controller_.watch_mapped(pods_, [this](const kube::Change& change) {
    std::vector<kube::NamespacedName> keys;
    const auto owner = change.after ? std::nullopt : kube::controller_of(*change.before);
    const std::string ns(kube::namespace_of(change.object()));
    const ObjectPtr set = owner ? sets_.get({ns, owner->name}) : nullptr;
    const auto deployment = set ? kube::controller_of(*set) : std::nullopt;
    if (deployment) keys.push_back({ns, deployment->name});
    return keys;
  });
}

net::Task<kube::Outcome> DeploymentController::reconcile(kube::NamespacedName key, std::stop_token stop) {
  const ObjectPtr deployment = deployments_.get(key);
  if (!deployment) co_return kube::Done{};
  auto sets = co_await claim_sets(deployment, stop);
  if (!sets) co_return kube::Backoff{std::move(sets.error())};
  const DeploymentFacts facts{.deployment = *deployment,
                              .sets = std::move(*sets),
                              .pods = pods_of(*deployment),
                              .now = context_.clock.wall_now()};
  DeploymentPlan plan = plan_deployment(facts);
  Object status = plan.status;
  const auto look_again = plan.look_again;
  const auto performed = co_await perform(deployment, std::move(plan), stop);
  if (!performed) co_return kube::Backoff{performed.error()};
  const auto written =
      co_await write_status(context_.client, deployments_.resource(), deployment, std::move(status), stop);
  co_return outcome_of(written, look_again);
}

net::Task<Result<std::vector<ObjectPtr>>> DeploymentController::claim_sets(ObjectPtr deployment,
                                                                           std::stop_token stop) {
  const auto selector = kube::LabelSelector::from_json(json::find(*deployment, {"spec", "selector"}));
  if (!selector) co_return context("spec.selector", selector.error());
  Claims claims = claim(*deployment, *selector, sets_.list(kube::namespace_of(*deployment)));
  auto mine =
      co_await carry_out(context_.client, sets_.resource(), deployment, std::move(claims), std::move(stop));
  co_return mine;
}

net::Task<Result<void>> DeploymentController::perform(ObjectPtr deployment, DeploymentPlan plan,
                                                      std::stop_token stop) {
  const kube::CallOptions call{.stop = stop, .deadline = {}};
  if (plan.revision) {
    Object patch;
    kube::set_annotation(patch, kRevision, *plan.revision);
    const auto revised =
        co_await context_.client.patch(deployments_.resource(), kube::key_of(*deployment),
                                       kube::PatchKind::merge, json::value(std::move(patch)), {}, call);
    if (!revised) co_return std::unexpected(revised.error());
  }
  if (plan.create) {
    const auto created = co_await create_set(deployment, std::move(*plan.create), stop);
    if (!created) co_return std::unexpected(created.error());
  }
  for (ReplicaSetChange& change : plan.changes) {
    // The version makes a decision from a stale cache fail instead of taking effect twice.
    kube::metadata(change.patch)["resourceVersion"] = kube::resource_version_of(*change.set);
    const auto changed =
        co_await context_.client.patch(sets_.resource(), kube::key_of(*change.set), kube::PatchKind::merge,
                                       json::value(std::move(change.patch)), {}, call);
    if (!changed) co_return std::unexpected(changed.error());
    if (!change.event.empty()) context_.events.normal(*deployment, "ScalingReplicaSet", change.event);
  }
  for (const ObjectPtr& set : plan.remove) {
    kube::DeleteOptions options;
    options.uid = kube::uid_of(*set);
    const auto removed = co_await context_.client.remove(sets_.resource(), kube::key_of(*set), options, call);
    const bool gone = removed || removed.error().code == Errc::not_found;
    if (!gone) co_return std::unexpected(removed.error());
  }
  co_return Result<void>{};
}

/// The name follows from the template, so a second attempt from a stale cache finds the first one's set. A
/// name taken by something else is counted in the status, which changes the hash.
net::Task<Result<void>> DeploymentController::create_set(ObjectPtr deployment, Object set,
                                                         std::stop_token stop) {
  const kube::NamespacedName key = kube::key_of(set);
  const std::int64_t replicas = kube::int_at(set, {"spec", "replicas"}).value_or(0);
  const kube::CallOptions call{.stop = stop, .deadline = {}};
  const auto created = co_await context_.client.create(sets_.resource(), std::move(set), {}, call);
  if (created) {
    context_.events.normal(*deployment, "ScalingReplicaSet",
                           fmt::format("Scaled replica set {} from 0 to {}", key.name, replicas));
    co_return Result<void>{};
  }
  if (created.error().code != Errc::already_exists) co_return std::unexpected(created.error());
  const auto present = co_await context_.client.get(sets_.resource(), key, call);
  if (!present) co_return std::unexpected(present.error());
  const bool ours =
      kube::is_controlled_by(*present, kube::uid_of(*deployment)) && has_template_of(*present, *deployment);
  if (ours) co_return Result<void>{};
  Object status = kube::object_at(*deployment, {"status"});
  status["collisionCount"] = kube::int_at(*deployment, {"status", "collisionCount"}).value_or(0) + 1;
  const auto counted =
      co_await write_status(context_.client, deployments_.resource(), deployment, std::move(status), stop);
  if (!counted) co_return std::unexpected(counted.error());
  co_return fail(Errc::conflict, fmt::format("the name {} is taken", key.name));
}

std::vector<ObjectPtr> DeploymentController::pods_of(const Object& deployment) const {
  std::vector<ObjectPtr> found;
  if (json::string_at(deployment, {"spec", "strategy", "type"}) != "Recreate") return found;
  const auto selector = kube::LabelSelector::from_json(json::find(deployment, {"spec", "selector"}));
  for (ObjectPtr& pod : pods_.list(kube::namespace_of(deployment))) {
    if (selector && selector->matches(kube::labels_of(*pod))) found.push_back(std::move(pod));
  }
  return found;
}

}  // namespace dynamo::controllers
