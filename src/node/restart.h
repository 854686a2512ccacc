#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "process/spawn.h"

namespace dynamo::node {

enum class RestartPolicy : std::uint8_t { always, on_failure, never };
/// `spec.restartPolicy`; Kubernetes' default for anything else.
RestartPolicy parse_restart_policy(std::string_view text) noexcept;

bool wants_restart(RestartPolicy policy, const process::ExitStatus& how) noexcept;

/// When a container that ended may start again: the first time at once, then after a wait that doubles from
/// 10 s to 5 min and is forgotten when the container has run for 10 min.
class RestartBackoff {
 public:
  static constexpr std::chrono::seconds kFirst{10};
  static constexpr std::chrono::seconds kLongest{300};
  static constexpr std::chrono::seconds kForgotten{600};

  /// The container ran from `started` to `ended`; returns how long to wait from `ended` on.
  Duration wait_after(TimePoint started, TimePoint ended);

 private:
  std::optional<Duration> next_;  // nothing: no failure is remembered
};

}  // namespace dynamo::node
