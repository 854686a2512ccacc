#include "engine/mock_timing.h"

#include <algorithm>

namespace dynamo::engine {

Milliseconds prefill_time(std::size_t new_tokens) noexcept {
  const auto n = static_cast<double>(new_tokens);
  return Milliseconds{std::max(0.0, 4.209989e-07 * n * n + 1.518344e-02 * n + 16.50142)};
}

Milliseconds decode_time(std::size_t active_tokens) noexcept {
  const double p = static_cast<double>(active_tokens) / 16384;
  return Milliseconds{std::max(0.0, -25.74 * p * p + 54.01 * p + 5.74)};
}

}  // namespace dynamo::engine
