#pragma once

#include <functional>

#include "base/clock.h"

namespace dynamo::kube {

/// Draws from [0, 1); an input, so that tests can fix it.
using Random = std::function<double()>;

/// A generator of its own, seeded by the system. Threads: one.
Random system_random();

/// How waiting grows from failure to failure: initial, initial × factor, … up to `most`, each spread by ±
/// `jitter`.
struct BackoffPolicy {
  Duration initial = std::chrono::milliseconds{50};
  Duration most = std::chrono::seconds{60};
  double factor = 2.0;
  double jitter = 0.1;

  /// The wait after the `failures`-th failure in a row (1 = the first); `draw` is in [0, 1).
  Duration delay(int failures, double draw) const;
};

}  // namespace dynamo::kube
