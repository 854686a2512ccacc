#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace dynamo::kube {

constexpr int kMaxRetries = 10;

/// Whether an answer asks us to come back, and when: 429, and 5xx that carry a Retry-After header (whole
/// seconds). `attempt` counts from 0; nothing after kMaxRetries.
std::optional<Duration> retry_delay(int http_status, std::string_view retry_after, int attempt);

}  // namespace dynamo::kube
