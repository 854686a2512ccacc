#include "graph/rollout.h"

#include <array>
#include <charconv>
#include <fmt/format.h>

#include "api/constants.h"

namespace dynamo::graph {
namespace {

constexpr std::string_view kMaxSurge = "nvidia.com/deployment-rolling-update-max-surge";
constexpr std::string_view kMaxUnavailable = "nvidia.com/deployment-rolling-update-max-unavailable";

struct Strategy {
  std::string_view name;
  std::string_view max_surge;  // empty: pods are not replaced one by one
  std::string_view max_unavailable;
};
constexpr auto kStrategies = std::to_array<Strategy>({
    {"RollingUpdate", "25%", "25%"},
    {"Recreate", "", ""},
    {"RampedSlowRollout", "1", "0"},
    {"BestEffortControlledRollout", "0", "20%"},
});

std::optional<std::int64_t> parse_count(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size() || count < 0) return std::nullopt;
  return count;
}

/// "25%" stays text, "1" becomes a number: Kubernetes tells them apart by type.
Result<json::value> parse_step(std::string_view annotation, std::string_view text) {
  const bool percent = text.ends_with('%');
  const auto count = parse_count(percent ? text.substr(0, text.size() - 1) : text);
  if (!count) {
    return fail(Errc::invalid,
                fmt::format("annotations[{}] must be a number of pods or a percentage, got \"{}\"",
                            annotation, text));
  }
  return percent ? json::value(text) : json::value(*count);
}

}  // namespace

Result<json::object> deployment_strategy(const Component& component) {
  const std::string_view wanted = component.annotation(api::annotation::kDeploymentStrategy);
  const auto found =
      wanted.empty() ? kStrategies.begin() : std::ranges::find(kStrategies, wanted, &Strategy::name);
  if (found == kStrategies.end()) {
    return fail(Errc::invalid,
                fmt::format("annotations[{}] must be RollingUpdate, Recreate, RampedSlowRollout or "
                            "BestEffortControlledRollout, got \"{}\"",
                            api::annotation::kDeploymentStrategy, wanted));
  }
  if (found->max_surge.empty()) return json::object{{"type", "Recreate"}};
  json::object steps;
  for (const auto& [field, annotation, usual] :
       {std::tuple{"maxSurge", kMaxSurge, found->max_surge},
        {"maxUnavailable", kMaxUnavailable, found->max_unavailable}}) {
    const std::string_view given = component.annotation(annotation);
    auto step = parse_step(annotation, given.empty() ? usual : given);
    if (!step) return std::unexpected(std::move(step.error()));
    steps[field] = std::move(*step);
  }
  return json::object{{"type", "RollingUpdate"}, {"rollingUpdate", std::move(steps)}};
}

}  // namespace dynamo::graph
