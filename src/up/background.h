#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/environment.h"
#include "base/error.h"

#include "up/state.h"

namespace dynamo::up {

/// How the command in the background learns where to report to.
inline constexpr const char* kReportVariable = "DYNAMO_UP_REPORT_FD";

/// Starts `argv`, a `dynamo up` without --detach, in a session of its own with its output in the log of
/// `state`, and returns when its graphs are ready. Errors: why it could not start, or is not ready in time;
/// in the latter case it goes on running.
Result<void> start_in_background(std::vector<std::string> argv, const StateDir& state,
                                 Environment environment);

/// Asks the platform of `state` to end, and waits until it has; kills it when it takes longer than
/// `patience`. False when none was running. Errors: forbidden (it is somebody else's).
Result<bool> end_platform(const StateDir& state, Duration patience);

}  // namespace dynamo::up
