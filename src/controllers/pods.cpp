#include "controllers/pods.h"

#include "kube/conditions.h"

namespace dynamo::controllers {
namespace {

/// No vowels and nothing that looks like another character, so no words come out.
constexpr std::string_view kAlphabet = "bcdfghjklmnpqrstvwxz2456789";

const Object* ready_condition(const Object& pod) {
  return kube::find_condition(kube::array_at(pod, {"status", "conditions"}), "Ready");
}

}  // namespace

PodPhase phase_of(const Object& pod) {
  const std::string_view phase = json::string_at(pod, {"status", "phase"}, "Pending");
  if (phase == "Running") return PodPhase::running;
  if (phase == "Succeeded") return PodPhase::succeeded;
  if (phase == "Failed") return PodPhase::failed;
  return phase == "Pending" ? PodPhase::pending : PodPhase::unknown;
}

bool is_finished(const Object& pod) {
  const PodPhase phase = phase_of(pod);
  return phase == PodPhase::succeeded || phase == PodPhase::failed;
}

bool is_active(const Object& pod) { return !is_finished(pod) && !kube::is_deleting(pod); }

bool is_ready(const Object& pod) {
  const Object* ready = ready_condition(pod);
  return ready != nullptr && json::string_at(*ready, {"status"}) == "True";
}

std::optional<WallTime> ready_since(const Object& pod) {
  if (!is_ready(pod)) return std::nullopt;
  return parse_rfc3339(json::string_at(*ready_condition(pod), {"lastTransitionTime"}));
}

Availability availability(const Object& pod, std::chrono::seconds min_ready, WallTime now) {
  if (!is_ready(pod)) return {};
  if (min_ready <= std::chrono::seconds::zero()) return {.available = true, .look_again = {}};
  const auto since = ready_since(pod);
  if (!since) return {};
  const auto left = *since + min_ready - now;
  if (left <= WallTime::duration::zero()) return {.available = true, .look_again = {}};
  return {.available = false, .look_again = std::chrono::duration_cast<Duration>(left)};
}

std::int64_t restarts(const Object& pod) {
  std::int64_t sum = 0;
  for (const json::value& container : kube::array_at(pod, {"status", "containerStatuses"})) {
    sum += json::int_at(container, {"restartCount"}).value_or(0);
  }
  return sum;
}

std::string random_suffix(const kube::Random& random) {
  std::string suffix;
  for (int i = 0; i < 5; ++i) {
    suffix += kAlphabet[static_cast<std::size_t>(random() * static_cast<double>(kAlphabet.size()))];
  }
  return suffix;
}

std::string encode_suffix(std::uint32_t number) {
  std::string suffix;
  for (const char digit : std::to_string(number)) {
    suffix += kAlphabet[static_cast<std::size_t>(digit) % kAlphabet.size()];
  }
  return suffix;
}

}  // namespace dynamo::controllers
