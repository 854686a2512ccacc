#include "apiserver/delete_rules.h"

#include <algorithm>

#include "apiserver/api_error.h"

namespace dynamo::apiserver {
namespace {

constexpr std::int64_t kDefaultGrace = 30;  // seconds

bool is_pod(const Kind& kind) { return kind.resource.plural == "pods" && kind.resource.group.empty(); }

/// Only a pod that may have a process somewhere is given time to stop.
std::int64_t grace_of(const Kind& kind, const Object& live, const DeleteOptions& options) {
  if (!is_pod(kind)) return 0;
  const auto phase = json::string_at(live, {"status", "phase"});
  if (json::string_at(live, {"spec", "nodeName"}).empty() || phase == "Succeeded" || phase == "Failed")
    return 0;
  if (options.grace_seconds) return std::max<std::int64_t>(*options.grace_seconds, 0);
  return kube::int_at(live, {"spec", "terminationGracePeriodSeconds"}).value_or(kDefaultGrace);
}

void set_finalizer(Object& object, std::string_view name, bool wanted) {
  json::array kept;
  for (const auto& finalizer : kube::array_at(object, {"metadata", "finalizers"})) {
    if (json::string_at(finalizer, {}) != name) kept.push_back(finalizer);
  }
  if (wanted) kept.push_back(json::value(name));
  if (kept.empty()) {
    kube::metadata(object).erase("finalizers");
  } else {
    kube::metadata(object)["finalizers"] = std::move(kept);
  }
}

/// The garbage collector reads the wish off these two finalizers.
void record_propagation(Object& object, std::string_view propagation) {
  if (propagation.empty()) return;
  set_finalizer(object, "foregroundDeletion", propagation == "Foreground");
  set_finalizer(object, "orphan", propagation == "Orphan");
}

Result<void> check_preconditions(const Kind& kind, const Object& live, const DeleteOptions& options) {
  const auto name = kube::name_of(live);
  if (!options.uid.empty() && options.uid != kube::uid_of(live)) {
    return std::unexpected(precondition_failed(kind.resource, name, "UID", options.uid, kube::uid_of(live)));
  }
  if (!options.resource_version.empty() && options.resource_version != kube::resource_version_of(live)) {
    return std::unexpected(precondition_failed(kind.resource, name, "ResourceVersion",
                                               options.resource_version, kube::resource_version_of(live)));
  }
  return {};
}

}  // namespace

Result<DeleteOptions> parse_delete_options(const json::value& body) {
  DeleteOptions out;
  if (body.is_null()) return out;
  if (!body.is_object()) return std::unexpected(bad_request("DeleteOptions must be an object"));
  out.grace_seconds = json::int_at(body, {"gracePeriodSeconds"});
  out.propagation = json::string_at(body, {"propagationPolicy"});
  out.uid = json::string_at(body, {"preconditions", "uid"});
  out.resource_version = json::string_at(body, {"preconditions", "resourceVersion"});
  if (json::bool_at(body, {"orphanDependents"})) out.propagation = "Orphan";
  for (const auto& stage : kube::array_at(body.get_object(), {"dryRun"})) {
    if (stage != json::value("All")) return std::unexpected(bad_request("dryRun must be All"));
    out.dry_run = true;
  }
  for (const auto known : {"", "Background", "Foreground", "Orphan"}) {
    if (out.propagation == known) return out;
  }
  return std::unexpected(bad_request(fmt::format(
      "propagationPolicy must be Background, Foreground or Orphan, not \"{}\"", out.propagation)));
}

Result<DeletePlan> plan_delete(const Kind& kind, const Object& live, const DeleteOptions& options,
                               WallTime now) {
  if (auto ok = check_preconditions(kind, live, options); !ok) return std::unexpected(ok.error());
  DeletePlan plan{.object = live};
  Object& object = plan.object;
  record_propagation(object, options.propagation);
  const std::int64_t grace = grace_of(kind, live, options);
  const bool held = !kube::array_at(object, {"metadata", "finalizers"}).empty() || grace > 0 ||
                    !kube::array_at(object, {"spec", "finalizers"}).empty();
  if (!held) return plan;

  plan.action = DeletePlan::Action::mark;
  Object& metadata = kube::metadata(object);
  const auto left = kube::int_at(live, {"metadata", "deletionGracePeriodSeconds"});
  // A second request can only shorten the time that the first one gave.
  if (!kube::is_deleting(live) || (left && grace < *left)) {
    metadata["deletionTimestamp"] = format_rfc3339(now + std::chrono::seconds{grace});
    metadata["deletionGracePeriodSeconds"] = grace;
  }
  if (kind.resource.plural == "namespaces" && kind.resource.group.empty()) {
    json::ensure_object(object, "status")["phase"] = "Terminating";
  }
  if (object == live) {
    plan.action = DeletePlan::Action::nothing;
  } else if (kind.has_generation && !kube::is_deleting(live)) {
    metadata["generation"] = kube::generation_of(live) + 1;
  }
  return plan;
}

bool is_free_to_go(const Object& object) {
  return kube::is_deleting(object) && kube::array_at(object, {"metadata", "finalizers"}).empty() &&
         kube::array_at(object, {"spec", "finalizers"}).empty() &&
         kube::int_at(object, {"metadata", "deletionGracePeriodSeconds"}).value_or(0) == 0;
}

}  // namespace dynamo::apiserver
