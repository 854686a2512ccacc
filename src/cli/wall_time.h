#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/clock.h"

namespace dynamo::cli {

/// A point in time and the zone that it is told in.
struct ZonedTime {
  WallTime time;
  std::chrono::minutes utc_offset{0};
  friend bool operator==(const ZonedTime&, const ZonedTime&) = default;
};

/// Reads "2026-02-03", "2026-02-03T04:05:06" (both in UTC) and the same with "Z" or an offset such as
/// "+01:00".
std::optional<ZonedTime> parse_zoned_time(std::string_view text);

/// What `clock` shows, in the zone of this machine.
ZonedTime local_time(const Clock& clock);

}  // namespace dynamo::cli
