#include "kube/applier.h"

#include <algorithm>
#include <fmt/format.h>

#include "kube/compare.h"

namespace dynamo::kube {

bool ApplyReport::has(ApplyAction action) const {
  return std::ranges::any_of(results, [&](const ApplyResult& result) { return result.action == action; });
}

void Applier::use(Cache& cache) {
  cache.add_index(std::string(kOwnerIndex), index_owner_uids);
  cache.on_change([this, resource = cache.resource()](const Change& change) {
    if (!change.after) settled_.erase({resource, key_of(*change.before)});
  });
  caches_[cache.resource()] = &cache;
}

std::vector<ApplyStep> Applier::plan(std::vector<Desired> desired, const ApplyRules& rules) const {
  const FindObject find = [this](const Resource& resource, const NamespacedName& key) {
    const auto cache = caches_.find(resource);
    return cache == caches_.end() ? nullptr : cache->second->get(key);
  };
  std::vector<Owned> owned;
  if (!rules.owner_uid.empty()) {
    for (const auto& [resource, cache] : caches_) {
      for (ObjectPtr& object : cache->by_index(kOwnerIndex, rules.owner_uid)) {
        owned.push_back({resource, std::move(object)});
      }
    }
  }
  auto steps = plan_apply(std::move(desired), find, owned, rules);
  for (ApplyStep& step : steps) {
    if (step.action != ApplyAction::update) continue;
    const ObjectPtr seen = find(step.desired.resource, key_of(step.desired.object));
    if (is_settled(step, *seen)) step.action = ApplyAction::unchanged;
  }
  return steps;
}

net::Task<Result<ApplyReport>> Applier::apply(std::vector<Desired> desired, ApplyRules rules,
                                              std::stop_token stop) {
  for (const Desired& one : desired) {
    if (caches_.contains(one.resource)) continue;
    co_return fail(Errc::unsupported, fmt::format("{} are not watched, so they cannot be applied",
                                                  one.resource.group_resource()));
  }
  ApplyReport report;
  std::optional<Error> first_error;
  const std::vector<ApplyStep> steps = plan(std::move(desired), rules);
  for (const ApplyStep& step : steps) {
    if (step.action == ApplyAction::unchanged) {
      ++report.unchanged;
      continue;
    }
    const auto performed = co_await perform(step, stop);
    if (!performed && !first_error) first_error = performed.error();
    if (performed) {
      report.results.push_back({step.action, step.desired.resource, key_of(step.desired.object), step.why});
    }
  }
  if (first_error) co_return std::unexpected(std::move(*first_error));
  co_return report;
}

net::Task<Result<void>> Applier::perform(const ApplyStep& step, std::stop_token stop) {
  const CallOptions call{.stop = std::move(stop), .deadline = {}};
  const Desired& desired = step.desired;
  if (step.action == ApplyAction::blocked) co_return Result<void>{};
  if (step.action == ApplyAction::prune) {
    auto pruned = co_await prune(desired, call);
    co_return pruned;
  }
  const NamespacedName key = key_of(desired.object);
  const ObjectPtr seen = caches_.at(desired.resource)->get(key);
  ApplyOptions options;
  options.field_manager = field_manager_;
  options.force = true;
  const auto applied = co_await client_.apply(desired.resource, desired.object, options, call);
  if (!applied) co_return std::unexpected(applied.error());
  const std::string_view version = resource_version_of(*applied);
  const bool no_change = seen && resource_version_of(*seen) == version;
  if (no_change) settled_[{desired.resource, key}] = {std::string(version), content_hash(desired.object)};
  co_return Result<void>{};
}

net::Task<Result<void>> Applier::prune(const Desired& object, CallOptions call) {
  DeleteOptions options;
  options.uid = uid_of(object.object);
  const auto removed =
      co_await client_.remove(object.resource, key_of(object.object), options, std::move(call));
  const bool gone = removed || removed.error().code == Errc::not_found;
  if (!gone) co_return std::unexpected(removed.error());
  co_return Result<void>{};
}

bool Applier::is_settled(const ApplyStep& step, const Object& seen) const {
  const auto known = settled_.find({step.desired.resource, key_of(step.desired.object)});
  return known != settled_.end() && known->second.resource_version == resource_version_of(seen) &&
         known->second.wish == content_hash(step.desired.object);
}

}  // namespace dynamo::kube
