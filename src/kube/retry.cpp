#include "kube/retry.h"

#include <algorithm>
#include <charconv>

namespace dynamo::kube {
namespace {

std::optional<std::int64_t> whole_seconds(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || end != text.data() + text.size() || seconds < 0) return std::nullopt;
  return seconds;
}

}  // namespace

std::optional<Duration> retry_delay(int http_status, std::string_view retry_after, int attempt) {
  const auto asked = whole_seconds(retry_after);
  const bool willing = http_status == 429 || (http_status >= 500 && asked);
  if (!willing || attempt >= kMaxRetries) return std::nullopt;
  return std::chrono::seconds{std::clamp<std::int64_t>(asked.value_or(1), 1, 3600)};
}

}  // namespace dynamo::kube
