#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

/// The arithmetic of a rolling update, on plain numbers. Pure.
namespace dynamo::controllers {

/// How many pods more than wanted there may be, and how many fewer may be available.
struct Leeway {
  std::int64_t surge = 0;
  std::int64_t unavailable = 0;
  friend bool operator==(const Leeway&, const Leeway&) = default;
};

/// `maxSurge` (rounded up) and `maxUnavailable` (rounded down) as numbers or percentages of `replicas`; null
/// = 25 %. When both come to nothing one pod may be unavailable, or no update would ever get on.
Leeway resolve_leeway(const json::value* max_surge, const json::value* max_unavailable,
                      std::int64_t replicas);

/// One generation of pods.
struct SetSize {
  std::int64_t wanted = 0;     // spec.replicas
  std::int64_t available = 0;  // status.availableReplicas
  std::int64_t most = 0;       // replicas and surge of the deployment when it was last sized; 0 = not known
  bool operator==(const SetSize&) const = default;
};

/// The next size of the new set while the old ones shrink.
std::int64_t grow_new(const SetSize& newest, const std::vector<SetSize>& old, std::int64_t replicas,
                      const Leeway& leeway);
/// The next sizes of the old sets, oldest first: first pods that are not available go, then as many as the
/// available ones allow.
std::vector<std::int64_t> shrink_old(const SetSize& newest, const std::vector<SetSize>& old,
                                     std::int64_t replicas, const Leeway& leeway);
/// New sizes of all sets (oldest first) after the deployment's replicas changed in mid-rollout: in
/// proportion.
std::vector<std::int64_t> scale_in_proportion(const std::vector<SetSize>& sets, std::int64_t replicas,
                                              const Leeway& leeway);

}  // namespace dynamo::controllers
