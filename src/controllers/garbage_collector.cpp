#include "controllers/garbage_collector.h"

namespace dynamo::controllers {
namespace {

constexpr std::string_view kOwnerIndex = "garbage/owner-uid";

/// One queue for all resources: the resource stands before the name, as names have no slash.
kube::NamespacedName queue_key(const kube::Cache& cache, const Object& object) {
  return {std::string(kube::namespace_of(object)),
          cache.resource().group_resource() + "/" + std::string(kube::name_of(object))};
}

bool concerns_us(const Object& object) {
  const bool finalizing = kube::is_deleting(object) && (kube::has_finalizer(object, kForegroundFinalizer) ||
                                                        kube::has_finalizer(object, kOrphanFinalizer));
  return finalizing || !kube::array_at(object, {"metadata", "ownerReferences"}).empty();
}

Result<void> unless_gone(const Result<Object>& answer) {
  if (answer || answer.error().code == Errc::not_found) return {};
  return std::unexpected(answer.error());
}

}  // namespace

GarbageCollector::GarbageCollector(const Context& context, const std::vector<kube::Cache*>& caches)
    : context_(context),
      controller_(
          context.client.loop(),
          [this](kube::NamespacedName key, std::stop_token stop) {
            return reconcile(std::move(key), std::move(stop));
          },
          controller_options(context, "garbagecollector")) {
  for (kube::Cache* cache : caches) {
    caches_[cache->resource().group_resource()] = cache;
    cache->add_index(std::string(kOwnerIndex), kube::index_owner_uids);
    cache->on_change([this, cache](const kube::Change& change) { changed(*cache, change); });
  }
}

net::Task<void> GarbageCollector::run(std::stop_token stop) {
  for (const auto& [name, cache] : caches_) {
    const bool synced = co_await cache->wait_synced(stop);
    if (!synced) co_return;
  }
  co_await controller_.run(stop);
}

void GarbageCollector::changed(const kube::Cache& cache, const kube::Change& change) {
  const Object& object = change.object();
  if (change.after && concerns_us(object)) enqueue(cache, object);
  // Dependents care when their owner goes, or begins to wait for them.
  const bool going = !change.after || kube::is_deleting(object);
  if (going) enqueue_dependents(kube::uid_of(object));
  // An owner that waits in the foreground cares when a dependent goes.
  if (change.after) return;
  for (const kube::OwnerReference& owner : kube::owners_of(object)) {
    kube::Cache* of_owner = cache_of(owner);
    if (of_owner == nullptr) continue;
    const std::string ns =
        of_owner->resource().namespaced ? std::string(kube::namespace_of(object)) : std::string();
    if (const ObjectPtr present = of_owner->get({ns, owner.name})) enqueue(*of_owner, *present);
  }
}

void GarbageCollector::enqueue(const kube::Cache& cache, const Object& object) {
  controller_.enqueue(queue_key(cache, object));
}

void GarbageCollector::enqueue_dependents(std::string_view owner_uid) {
  for (const auto& [name, cache] : caches_) {
    for (const ObjectPtr& dependent : cache->by_index(kOwnerIndex, owner_uid)) enqueue(*cache, *dependent);
  }
}

std::vector<ObjectPtr> GarbageCollector::dependents_of(std::string_view owner_uid) const {
  std::vector<ObjectPtr> found;
  for (const auto& [name, cache] : caches_) {
    for (ObjectPtr& dependent : cache->by_index(kOwnerIndex, owner_uid))
      found.push_back(std::move(dependent));
  }
  return found;
}

kube::Cache* GarbageCollector::cache_of(const kube::OwnerReference& owner) const {
  const std::string_view version = owner.api_version;
  const auto slash = version.find('/');
  const std::string_view group =
      slash == std::string_view::npos ? std::string_view{} : version.substr(0, slash);
  for (const auto& [name, cache] : caches_) {
    if (cache->resource().kind == owner.kind && cache->resource().group == group) return cache;
  }
  return nullptr;
}

net::Task<kube::Outcome> GarbageCollector::reconcile(kube::NamespacedName key, std::stop_token stop) {
  const auto slash = key.name.find('/');
  const auto cache = caches_.find(key.name.substr(0, slash));
  if (cache == caches_.end()) co_return kube::Done{};
  const ObjectPtr object = cache->second->get({key.ns, key.name.substr(slash + 1)});
  if (!object) co_return kube::Done{};
  auto step = kube::is_deleting(*object) ? finish_owner(*cache->second, object, stop)
                                         : collect(*cache->second, object, stop);
  const auto outcome = co_await std::move(step);
  co_return outcome_of(outcome);
}

net::Task<Result<void>> GarbageCollector::collect(kube::Cache& cache, ObjectPtr object,
                                                  std::stop_token stop) {
  const std::string ns(kube::namespace_of(*object));
  std::vector<OwnerFact> facts;
  for (const kube::OwnerReference& owner : kube::owners_of(*object)) {
    const auto state = co_await state_of(owner, ns, stop);
    if (!state) co_return std::unexpected(state.error());
    facts.push_back({owner, *state});
  }
  const DependentPlan plan = plan_dependent(*object, facts, !dependents_of(kube::uid_of(*object)).empty());
  if (plan.action == DependentPlan::Action::keep) co_return Result<void>{};
  if (plan.action == DependentPlan::Action::drop_owners) {
    Object changed = *object;
    for (const std::string& uid : plan.owners) kube::remove_owner(changed, uid);
    auto patched = co_await patch_away(cache.resource(), object, std::move(changed), stop);
    co_return patched;
  }
  kube::DeleteOptions options;
  options.propagation = plan.propagation;
  options.uid = kube::uid_of(*object);
  options.resource_version = kube::resource_version_of(*object);
  const kube::CallOptions call{.stop = stop, .deadline = {}};
  const auto removed =
      co_await context_.client.remove(cache.resource(), kube::key_of(*object), options, call);
  co_return unless_gone(removed);
}

net::Task<Result<void>> GarbageCollector::finish_owner(kube::Cache& cache, ObjectPtr object,
                                                       std::stop_token stop) {
  const std::string uid(kube::uid_of(*object));
  const std::vector<ObjectPtr> dependents = dependents_of(uid);
  const OwnerPlan plan = plan_owner(*object, dependents);
  if (plan.remove_dependents) enqueue_dependents(uid);
  if (plan.orphan_dependents) {
    for (const auto& [name, of_dependent] : caches_) {
      const auto owned = of_dependent->by_index(kOwnerIndex, uid);
      for (const ObjectPtr& dependent : owned) {
        Object changed = *dependent;
        kube::remove_owner(changed, uid);
        auto patched = co_await patch_away(of_dependent->resource(), dependent, std::move(changed), stop);
        if (!patched) co_return std::unexpected(std::move(patched.error()));
      }
    }
  }
  if (plan.finalizer.empty()) co_return Result<void>{};
  Object changed = *object;
  kube::remove_finalizer(changed, plan.finalizer);
  auto patched = co_await patch_away(cache.resource(), object, std::move(changed), stop);
  co_return patched;
}

/// Absence in a cache may only mean that it is behind: the server has the last word.
net::Task<Result<OwnerState>> GarbageCollector::state_of(kube::OwnerReference owner, std::string ns,
                                                         std::stop_token stop) {
  kube::Cache* cache = cache_of(owner);
  if (cache == nullptr) co_return OwnerState::unknown;
  if (!cache->resource().namespaced) ns.clear();
  const kube::NamespacedName key{std::move(ns), owner.name};
  ObjectPtr present = cache->get(key);
  if (!present || kube::uid_of(*present) != owner.uid) {
    const kube::CallOptions call{.stop = stop, .deadline = {}};
    auto asked = co_await context_.client.get(cache->resource(), key, call);
    if (!asked && asked.error().code == Errc::not_found) co_return OwnerState::absent;
    if (!asked) co_return std::unexpected(std::move(asked.error()));
    present = std::make_shared<const Object>(std::move(*asked));
  }
  if (kube::uid_of(*present) != owner.uid) co_return OwnerState::absent;
  const bool waiting = kube::is_deleting(*present) && kube::has_finalizer(*present, kForegroundFinalizer);
  co_return waiting ? OwnerState::waiting : OwnerState::present;
}

/// Writes owners and finalizers of `changed`, if the object is still as it was seen.
net::Task<Result<void>> GarbageCollector::patch_away(const kube::Resource& resource, ObjectPtr object,
                                                     Object changed, std::stop_token stop) {
  Object meta{{"uid", kube::uid_of(*object)}, {"resourceVersion", kube::resource_version_of(*object)}};
  for (const std::string_view field : {"ownerReferences", "finalizers"}) {
    const json::array& left = kube::array_at(changed, {"metadata", field});
    if (left == kube::array_at(*object, {"metadata", field})) continue;
    if (left.empty())
      meta[field] = nullptr;
    else
      meta[field] = left;
  }
  const json::value patch = Object{{"metadata", std::move(meta)}};
  const kube::CallOptions call{.stop = stop, .deadline = {}};
  const auto patched = co_await context_.client.patch(resource, kube::key_of(*object), kube::PatchKind::merge,
                                                      patch, {}, call);
  co_return unless_gone(patched);
}

}  // namespace dynamo::controllers
