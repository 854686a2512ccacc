#include "controllers/replica_set_controller.h"

#include "controllers/claims.h"
#include "controllers/pods.h"
#include "kube/owner.h"

namespace dynamo::controllers {
namespace {

constexpr std::string_view kOwnerIndex = "replicaset/owner-uid";

kube::NamespacedName owner_key(const Object& pod, const kube::OwnerReference& owner) {
  return {std::string(kube::namespace_of(pod)), owner.name};
}

}  // namespace

ReplicaSetController::ReplicaSetController(const Context& context, kube::Cache& sets, kube::Cache& pods)
    : context_(context),
      sets_(sets),
      pods_(pods),
      controller_(
          context.client.loop(),
          [this](kube::NamespacedName key, std::stop_token stop) {
            return reconcile(std::move(key), std::move(stop));
          },
          controller_options(context, "replicaset")) {
  pods_.add_index(std::string(kOwnerIndex), kube::index_owner_uids);
  pods_.on_change([this](const kube::Change& change) { pod_changed(change); });
  controller_.watch(sets_);
  controller_.watch_owned(pods_, "ReplicaSet");
  // A pod that nobody controls may be one to adopt.
  controller_.watch_mapped(pods_, [this](const kube::Change& change) {
    std::vector<kube::NamespacedName> keys;
    if (!change.after || kube::controller_of(*change.after)) return keys;
    for (const ObjectPtr& set : sets_.list(kube::namespace_of(*change.after))) {
      const auto selector = kube::LabelSelector::from_json(json::find(*set, {"spec", "selector"}));
      if (selector && selector->matches(kube::labels_of(*change.after))) keys.push_back(kube::key_of(*set));
    }
    return keys;
  });
}

void ReplicaSetController::pod_changed(const kube::Change& change) {
  const auto owner = kube::controller_of(change.object());
  if (!owner) return;
  const auto key = owner_key(change.object(), *owner);
  expectations_.observed(key, kube::name_of(change.object()));
  if (!change.after || kube::is_deleting(*change.after))
    expectations_.observed(key, kube::uid_of(change.object()));
}

net::Task<kube::Outcome> ReplicaSetController::reconcile(kube::NamespacedName key, std::stop_token stop) {
  const ObjectPtr set = sets_.get(key);
  if (!set) {
    expectations_.forget(key);
    failures_.erase(key);
    co_return kube::Done{};
  }
  auto mine = co_await claim_pods(set, stop);
  if (!mine) co_return kube::Backoff{std::move(mine.error())};
  ReplicaSetFacts facts{.set = *set,
                        .pods = std::move(*mine),
                        .writable = expectations_.fulfilled(key, context_.clock.now()),
                        .failure = failures_[key],
                        .now = context_.clock.wall_now()};
  const ReplicaSetPlan plan = plan_replica_set(facts);
  auto written = co_await create_pods(set, plan.create, stop);
  if (written) written = co_await delete_pods(set, plan.remove, stop);
  facts.failure = failures_[key] = written ? std::string() : written.error().message;
  const auto status =
      co_await write_status(context_.client, sets_.resource(), set, plan_replica_set(facts).status, stop);
  if (!written) co_return outcome_of(written);
  co_return outcome_of(status, plan.look_again);
}

net::Task<Result<std::vector<ObjectPtr>>> ReplicaSetController::claim_pods(ObjectPtr set,
                                                                           std::stop_token stop) {
  const auto selector = kube::LabelSelector::from_json(json::find(*set, {"spec", "selector"}));
  if (!selector) co_return context("spec.selector", selector.error());
  Claims claims = claim(*set, *selector, pods_.list(kube::namespace_of(*set)));
  std::erase_if(claims.adopt, [](const ObjectPtr& pod) { return !is_active(*pod); });
  auto mine = co_await carry_out(context_.client, pods_.resource(), set, std::move(claims), std::move(stop));
  co_return mine;
}

net::Task<Result<void>> ReplicaSetController::create_pods(ObjectPtr set, std::size_t count,
                                                          std::stop_token stop) {
  const auto key = kube::key_of(*set);
  const kube::CallOptions call{.stop = std::move(stop), .deadline = {}};
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = key.name + "-" + random_suffix(context_.random);
    expectations_.expect(key, name, context_.clock.now());
    const auto created =
        co_await context_.client.create(pods_.resource(), pod_from_template(*set, name), {}, call);
    if (created) {
      context_.events.normal(*set, "SuccessfulCreate", "Created pod: " + name);
      continue;
    }
    expectations_.observed(key, name);
    if (created.error().code == Errc::already_exists) continue;  // the name is taken: another one next time
    context_.events.warning(*set, "FailedCreate", created.error().message);
    co_return std::unexpected(created.error());
  }
  co_return Result<void>{};
}

net::Task<Result<void>> ReplicaSetController::delete_pods(ObjectPtr set, std::vector<ObjectPtr> pods,
                                                          std::stop_token stop) {
  const auto key = kube::key_of(*set);
  const kube::CallOptions call{.stop = std::move(stop), .deadline = {}};
  for (const ObjectPtr& pod : pods) {
    const std::string uid(kube::uid_of(*pod));
    kube::DeleteOptions options;
    options.uid = uid;
    expectations_.expect(key, uid, context_.clock.now());
    const auto removed = co_await context_.client.remove(pods_.resource(), kube::key_of(*pod), options, call);
    if (removed) {
      context_.events.normal(*set, "SuccessfulDelete", "Deleted pod: " + std::string(kube::name_of(*pod)));
      continue;
    }
    expectations_.observed(key, uid);
    const bool gone = removed.error().code == Errc::not_found || removed.error().code == Errc::conflict;
    if (gone) continue;
    context_.events.warning(*set, "FailedDelete", removed.error().message);
    co_return std::unexpected(removed.error());
  }
  co_return Result<void>{};
}

}  // namespace dynamo::controllers
