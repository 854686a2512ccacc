#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dynamo {

/// Points in time that deadlines and durations are measured with; never goes back.
using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;
/// Points in time that people and the Kubernetes API read.
using WallTime = std::chrono::system_clock::time_point;

/// Where code that decides gets the time from, so that tests can set it. Threads: safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
  virtual WallTime wall_now() const = 0;

  /// The machine's clock.
  static const Clock& system();
};

/// A clock that stands still until a test moves it. Threads: one.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(WallTime start = WallTime{std::chrono::seconds{1'700'000'000}}) : wall_(start) {}
  TimePoint now() const override { return now_; }
  WallTime wall_now() const override { return wall_; }
  void advance(Duration by) {
    now_ += by;
    wall_ += std::chrono::duration_cast<WallTime::duration>(by);
  }

 private:
  TimePoint now_{std::chrono::hours{1}};
  WallTime wall_;
};

/// RFC 3339 in UTC with whole seconds, as `metav1.Time` is written: "2026-02-03T04:05:06Z".
std::string format_rfc3339(WallTime time);
/// With microseconds, as `metav1.MicroTime` and log lines are written: "2026-02-03T04:05:06.000007Z".
std::string format_rfc3339_micro(WallTime time);
/// Reads both forms, any number of fractional digits, `Z` or a numeric offset; nothing if it is not a time.
std::optional<WallTime> parse_rfc3339(std::string_view text);

/// An age as kubectl prints it: "45s", "3m12s", "5h", "12d", "2y30d"; never negative.
std::string format_age(std::chrono::seconds age);

}  // namespace dynamo
