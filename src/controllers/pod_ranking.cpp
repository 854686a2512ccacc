#include "controllers/pod_ranking.h"

#include <algorithm>
#include <charconv>
#include <compare>
#include <map>
#include <tuple>

#include "controllers/pods.h"

namespace dynamo::controllers {
namespace {

std::int64_t deletion_cost(const Object& pod) {
  const std::string_view text = kube::annotation(pod, "controller.kubernetes.io/pod-deletion-cost");
  std::int64_t cost = 0;
  std::from_chars(text.data(), text.data() + text.size(), cost);
  return cost;
}

/// Smaller goes first.
struct Rank {
  bool assigned;
  PodPhase phase;
  bool ready;
  std::int64_t cost;
  std::int64_t neighbours;   // negative: more neighbours go first
  std::int64_t ready_since;  // negative: ready later goes first
  std::int64_t restarts;     // negative: more restarts go first
  std::int64_t created;      // negative: younger goes first
  std::string_view name;     // settles ties
  friend auto operator<=>(const Rank&, const Rank&) = default;
};

std::int64_t seconds(std::optional<WallTime> time) {
  return time ? std::chrono::floor<std::chrono::seconds>(*time).time_since_epoch().count() : 0;
}

Rank rank(const Object& pod, const std::map<std::string_view, std::int64_t>& per_node) {
  const std::string_view node = json::string_at(pod, {"spec", "nodeName"});
  return Rank{.assigned = !node.empty(),
              .phase = phase_of(pod),
              .ready = is_ready(pod),
              .cost = deletion_cost(pod),
              .neighbours = -per_node.at(node),
              .ready_since = -seconds(ready_since(pod)),
              .restarts = -restarts(pod),
              .created = -seconds(kube::creation_time(pod)),
              .name = kube::name_of(pod)};
}

}  // namespace

std::vector<kube::ObjectPtr> pods_to_delete(std::vector<kube::ObjectPtr> pods, std::size_t count) {
  std::map<std::string_view, std::int64_t> per_node;
  for (const auto& pod : pods) ++per_node[json::string_at(*pod, {"spec", "nodeName"})];
  std::vector<std::pair<Rank, kube::ObjectPtr>> ranked;
  for (auto& pod : pods) {
    const Object& object = *pod;
    ranked.emplace_back(rank(object, per_node), std::move(pod));
  }
  std::ranges::sort(ranked, {}, [](const auto& entry) -> const Rank& { return entry.first; });
  std::vector<kube::ObjectPtr> chosen;
  for (std::size_t i = 0; i < std::min(count, ranked.size()); ++i)
    chosen.push_back(std::move(ranked[i].second));
  return chosen;
}

}  // namespace dynamo::controllers
