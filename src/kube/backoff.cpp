#include "kube/backoff.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace dynamo::kube {

Random system_random() {
  return [engine = std::mt19937_64(std::random_device{}())]() mutable {
    return std::uniform_real_distribution<double>(0.0, 1.0)(engine);
  };
}

Duration BackoffPolicy::delay(int failures, double draw) const {
  const double grown =
      std::chrono::duration<double>(initial).count() * std::pow(factor, std::max(failures, 1) - 1);
  const double bounded = std::min(grown, std::chrono::duration<double>(most).count());
  const double spread = bounded * (1.0 + jitter * (2.0 * draw - 1.0));
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(spread));
}

}  // namespace dynamo::kube
