#pragma once

#include <stop_token>

#include "net/loop.h"

namespace dynamo::net {

/// Waits for SIGINT or SIGTERM on the loop; the signals must be blocked in all threads (`block_signals`)
/// first.
void block_signals();
/// The signal that came, or 0 when `stop` was asked for.
Task<int> wait_for_signal(Loop& loop, std::stop_token stop = {});

}  // namespace dynamo::net
