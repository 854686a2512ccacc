#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/clock.h"
#include "kube/backoff.h"
#include "kube/object.h"

/// What controllers want to know of a pod. Pure.
namespace dynamo::controllers {

using kube::Object;
using kube::ObjectPtr;

enum class PodPhase : std::uint8_t { pending, unknown, running, succeeded, failed };
PodPhase phase_of(const Object& pod);

/// Its process ended for good.
bool is_finished(const Object& pod);
/// Neither finished nor being deleted: it counts as a replica.
bool is_active(const Object& pod);
bool is_ready(const Object& pod);
/// Since when it has been ready; nothing when it is not.
std::optional<WallTime> ready_since(const Object& pod);
/// Ready for at least `min_ready`; with the time to wait until then when it is not yet.
struct Availability {
  bool available = false;
  std::optional<Duration> look_again;
};
Availability availability(const Object& pod, std::chrono::seconds min_ready, WallTime now);
/// Restarts of its containers, summed.
std::int64_t restarts(const Object& pod);

/// Five characters that Kubernetes puts behind a generated name.
std::string random_suffix(const kube::Random& random);
/// `number` in the same alphabet, as in a pod template's hash.
std::string encode_suffix(std::uint32_t number);

}  // namespace dynamo::controllers
