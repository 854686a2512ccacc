#include "node/restart.h"

namespace dynamo::node {

RestartPolicy parse_restart_policy(std::string_view text) noexcept {
  if (text == "OnFailure") return RestartPolicy::on_failure;
  if (text == "Never") return RestartPolicy::never;
  return RestartPolicy::always;
}

bool wants_restart(RestartPolicy policy, const process::ExitStatus& how) noexcept {
  switch (policy) {
    case RestartPolicy::always:
      return true;
    case RestartPolicy::on_failure:
      return !how.success();
    case RestartPolicy::never:
      return false;
  }
  return false;
}

Duration RestartBackoff::wait_after(TimePoint started, TimePoint ended) {
  if (ended - started >= kForgotten) next_.reset();
  const Duration wait = next_.value_or(Duration::zero());
  next_ = next_ ? std::min<Duration>(*next_ * 2, kLongest) : Duration{kFirst};
  return wait;
}

}  // namespace dynamo::node
