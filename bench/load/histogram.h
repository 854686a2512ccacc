#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dynamo::bench {

/// Durations in microseconds in logarithmic buckets 1 % wide, from 0.1 µs up; a fixed 20 kB whatever is
/// added.
class Histogram {
 public:
  Histogram();

  void add(double microseconds);
  double quantile(double share) const;
  /// {"n":…,"mean":…,"p50":…,"p90":…,"p99":…,"p999":…,"max":…}
  std::string to_json() const;

 private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  double sum_ = 0;
  double largest_ = 0;
};

}  // namespace dynamo::bench
