#include "operator/writer.h"

#include <fmt/format.h>

#include "operator/resources.h"

namespace dynamo::operators {
namespace {

void tell_created(kube::EventRecorder& events, const kube::Object& parent, const kube::Resource& resource,
                  const kube::NamespacedName& key) {
  events.normal(parent, "Create" + resource.kind,
                fmt::format("Created {} {}", resource.kind, key.to_string()));
}

void tell(kube::EventRecorder& events, const kube::Object& parent, const kube::ApplyResult& result) {
  const std::string title = fmt::format("{} {}", result.resource.kind, result.key.to_string());
  const bool adapter = result.resource == resources::kAdapters;
  switch (result.action) {
    case kube::ApplyAction::create:
      return tell_created(events, parent, result.resource, result.key);
    case kube::ApplyAction::update:
      return events.normal(parent, "Update" + result.resource.kind,
                           fmt::format("Updated {}: {} was different", title, result.why));
    case kube::ApplyAction::prune:
      return events.normal(parent, adapter ? "AdapterDeleted" : "Delete" + result.resource.kind,
                           fmt::format("Deleted {}, which is no longer wanted", title));
    case kube::ApplyAction::unchanged:
    case kube::ApplyAction::blocked:
      return;
  }
}

}  // namespace

Writer::Writer(kube::Client& client, World& world)
    : client_(client), world_(world), applier_(client, kFieldManager) {
  // Claims are missing here on purpose: what is stored in them outlives a change of mind.
  for (kube::Cache* cache : {&world.components, &world.adapters, &world.deployments, &world.services,
                             &world.accounts, &world.roles, &world.bindings}) {
    applier_.use(*cache);
  }
}

net::Task<Result<Written>> Writer::write(kube::ObjectPtr parent, std::vector<graph::Rendered> wanted,
                                         kube::LabelSelector inventory, kube::EventRecorder& events,
                                         std::stop_token stop) {
  Written written;
  std::vector<kube::Desired> kept;
  for (graph::Rendered& one : wanted) {
    const auto resource = resource_of(one.object);
    if (!resource)
      co_return fail(Errc::internal, graph::object_title(one.object) + " is of no kind that we write");
    if (one.rule != graph::WriteRule::keep) {
      const auto created = co_await create_if_absent(*resource, one.object, stop);
      if (!created) co_return context("creating " + graph::object_title(one.object), created.error());
      if (*created) tell_created(events, *parent, *resource, kube::key_of(one.object));
      written.anything = written.anything || *created;
    }
    if (one.rule == graph::WriteRule::create_only) continue;
    const bool scaled = one.rule == graph::WriteRule::keep_but_scale;
    kept.push_back(
        {*resource, scaled ? graph::without_replicas(std::move(one.object)) : std::move(one.object)});
  }
  kube::ApplyRules rules;
  rules.owner_uid = kube::uid_of(*parent);
  rules.inventory = std::move(inventory);
  const auto report = co_await applier_.apply(std::move(kept), std::move(rules), stop);
  if (!report) co_return std::unexpected(report.error());
  for (const kube::ApplyResult& result : report->results) {
    if (auto taken = take_result(result, written); !taken)
      co_return std::unexpected(std::move(taken.error()));
    tell(events, *parent, result);
  }
  co_return written;
}

net::Task<Result<bool>> Writer::create_if_absent(kube::Resource resource, kube::Object object,
                                                 std::stop_token stop) {
  const kube::Cache* cache = world_.find(resource);
  if (cache && cache->get(kube::key_of(object))) co_return false;
  kube::WriteOptions options;
  options.field_manager = kCreateManager;
  kube::CallOptions call{.stop = std::move(stop), .deadline = {}};
  const auto created =
      co_await client_.create(std::move(resource), std::move(object), std::move(options), std::move(call));
  if (created) co_return true;
  if (created.error().code == Errc::already_exists) co_return false;
  co_return std::unexpected(created.error());
}

Result<void> Writer::take_result(const kube::ApplyResult& result, Written& written) const {
  const bool blocked = result.action == kube::ApplyAction::blocked;
  if (blocked) {
    const kube::Cache* cache = world_.find(result.resource);
    const kube::ObjectPtr there = cache ? cache->get(result.key) : nullptr;
    const bool going = there && kube::is_deleting(*there);  // its end calls us again
    if (!going) {
      return fail(Errc::already_exists,
                  fmt::format("{} {} is {}; rename the service or remove that object", result.resource.kind,
                              result.key.to_string(), result.why));
    }
  }
  written.anything = written.anything || !blocked;
  if (result.resource == resources::kComponents) written.components.insert(result.key);
  if (result.resource == kube::resources::kDeployments) written.deployments.insert(result.key);
  return {};
}

}  // namespace dynamo::operators
