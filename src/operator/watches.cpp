#include "operator/watches.h"

#include <array>

#include "api/constants.h"

namespace dynamo::operators {
namespace {

bool differ(const kube::Object& a, const kube::Object& b, std::initializer_list<std::string_view> path) {
  const json::value* left = json::find(a, path);
  const json::value* right = json::find(b, path);
  return left && right ? *left != *right : left != right;
}

}  // namespace

bool wishes_changed(const kube::Change& change) {
  if (!change.before || !change.after || change.before == change.after) return true;
  static constexpr auto kAsked = std::to_array<std::string_view>(
      {"uid", "generation", "deletionTimestamp", "annotations", "labels", "finalizers"});
  return std::ranges::any_of(kAsked, [&](std::string_view member) {
    return differ(*change.before, *change.after, {"metadata", member});
  });
}

void watch_wishes(kube::Controller& controller, kube::Cache& cache) {
  controller.watch_mapped(cache, [](const kube::Change& change) {
    return wishes_changed(change) ? std::vector{kube::key_of(change.object())}
                                  : std::vector<kube::NamespacedName>{};
  });
}

bool changes_pods(const kube::Change& change) {
  if (change.before == change.after) return false;
  const bool account = json::string_at(change.object(), {"kind"}) == "ServiceAccount";
  if (!account) return true;
  const auto meant = [](const kube::ObjectPtr& side) {
    return side && kube::label(*side, api::label::kComponentPod) == "true";
  };
  return meant(change.before) || meant(change.after);
}

std::vector<kube::NamespacedName> keys_of(const std::vector<kube::ObjectPtr>& objects) {
  std::vector<kube::NamespacedName> keys;
  for (const kube::ObjectPtr& object : objects) keys.push_back(kube::key_of(*object));
  return keys;
}

kube::Outcome outcome_of(const Result<void>& written) {
  return written ? kube::Outcome{kube::Done{}} : kube::Outcome{kube::Backoff{written.error()}};
}

std::string event_reason(const Attempt& attempt) {
  return attempt.ending == Attempt::Ending::refused ? "ValidationFailed" : "ReconcileError";
}

}  // namespace dynamo::operators
