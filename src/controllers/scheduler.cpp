#include "controllers/scheduler.h"

#include <algorithm>

#include "controllers/pods.h"
#include "kube/conditions.h"

namespace dynamo::controllers {
namespace {

/// A pod leaves room when it ends or goes.
bool frees_room(const kube::Change& change) {
  return !change.after || (change.before && !is_finished(*change.before) && is_finished(*change.after));
}

}  // namespace

Scheduler::Scheduler(const Context& context, kube::Cache& pods, kube::Cache& nodes)
    : context_(context),
      pods_(pods),
      nodes_(nodes),
      controller_(
          context.client.loop(),
          [this](kube::NamespacedName key, std::stop_token stop) {
            return reconcile(std::move(key), std::move(stop));
          },
          controller_options(context, "scheduler", 1)) {
  pods_.on_change([this](const kube::Change& change) { pod_changed(change); });
  nodes_.on_change([this](const kube::Change&) { retry_waiting(); });
}

void Scheduler::pod_changed(const kube::Change& change) {
  const std::string uid(kube::uid_of(change.object()));
  const bool seen_bound = change.after && !json::string_at(*change.after, {"spec", "nodeName"}).empty();
  if (!change.after || seen_bound) assumed_.erase(uid);
  if (change.after && wants_scheduling(*change.after)) controller_.enqueue(kube::key_of(*change.after));
  if (frees_room(change)) retry_waiting();
}

/// Older pods first, so that a newcomer does not take what somebody has waited for.
void Scheduler::retry_waiting() {
  std::vector<ObjectPtr> waiting = pods_.list();
  std::erase_if(waiting, [](const ObjectPtr& pod) { return !wants_scheduling(*pod); });
  std::ranges::stable_sort(waiting, {}, [](const ObjectPtr& pod) {
    return json::string_at(*pod, {"metadata", "creationTimestamp"});
  });
  for (const ObjectPtr& pod : waiting) controller_.enqueue(kube::key_of(*pod));
}

std::vector<ObjectPtr> Scheduler::bound_pods() const {
  std::vector<ObjectPtr> bound = pods_.list();
  for (const auto& [uid, pod] : assumed_) bound.push_back(pod);
  return bound;
}

net::Task<kube::Outcome> Scheduler::reconcile(kube::NamespacedName key, std::stop_token stop) {
  const ObjectPtr pod = pods_.get(key);
  if (!pod || !wants_scheduling(*pod) || assumed_.contains(std::string(kube::uid_of(*pod))))
    co_return kube::Done{};
  const Placement placement = place_pod(*pod, nodes_.list(), bound_pods());
  if (!placement.node) {
    const auto reported = co_await report_waiting(pod, placement.missing, stop);
    co_return outcome_of(reported);
  }
  for (const std::string& warning : placement.warnings) {
    context_.events.warning(*pod, "Overcommitted", warning + "; started all the same");
  }
  const auto bound = co_await bind(pod, *placement.node, stop);
  co_return outcome_of(bound);
}

net::Task<Result<void>> Scheduler::bind(ObjectPtr pod, std::string node, std::stop_token stop) {
  Object assumed = *pod;
  json::ensure_object(assumed, "spec")["nodeName"] = node;
  const std::string uid(kube::uid_of(*pod));
  assumed_[uid] = std::make_shared<const Object>(std::move(assumed));

  Object binding = kube::make_object({"", "v1", "bindings", "Binding", true}, kube::key_of(*pod));
  kube::metadata(binding)["uid"] = uid;
  binding["target"] = Object{{"apiVersion", "v1"}, {"kind", "Node"}, {"name", node}};
  kube::WriteOptions options;
  options.subresource = "binding";
  const kube::CallOptions call{.stop = std::move(stop), .deadline = {}};
  const auto bound =
      co_await context_.client.create(kube::resources::kPods, std::move(binding), options, call);
  if (!bound) {
    assumed_.erase(uid);
    if (bound.error().code == Errc::not_found) co_return Result<void>{};
    co_return std::unexpected(bound.error());
  }
  context_.events.normal(*pod, "Scheduled",
                         fmt::format("Assigned {} to {}", kube::key_of(*pod).to_string(), node));
  co_return Result<void>{};
}

net::Task<Result<void>> Scheduler::report_waiting(ObjectPtr pod, std::string missing, std::stop_token stop) {
  Object status = kube::object_at(*pod, {"status"});
  json::array conditions = kube::array_at(*pod, {"status", "conditions"});
  const kube::Condition waiting{.type = "PodScheduled",
                                .status = kube::ConditionStatus::no,
                                .reason = "Unschedulable",
                                .message = missing,
                                .observed_generation = 0};
  if (!kube::set_condition(conditions, waiting, context_.clock.wall_now())) co_return Result<void>{};
  context_.events.warning(*pod, "FailedScheduling", std::move(missing));
  status["conditions"] = std::move(conditions);
  auto written = co_await write_status(context_.client, kube::resources::kPods, pod, std::move(status), stop);
  co_return written;
}

}  // namespace dynamo::controllers
