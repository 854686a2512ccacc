#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "base/error.h"

namespace dynamo::telemetry {

/// Upper bounds of a histogram's buckets, ascending; +Inf is implied.
using Bounds = std::vector<double>;

/// Shape of logarithmic buckets.
struct BucketRange {
  double min;
  double max;
  std::size_t count;  // 2 to 512
  friend bool operator==(const BucketRange&, const BucketRange&) = default;
};

/// The first bound is 0, bound i of 1 … count-1 is exp(ln min + (ln max − ln min)·i/(count−1)), rounded to
/// two significant digits; equal neighbours are merged. Source: spec/runtime.md 2.1. Errors: invalid unless 0
/// < min < max and 2 <= count <= 512.
Result<Bounds> log_buckets(const BucketRange& range);

/// `first`, `first`·`factor`, …: `count` bounds.
Bounds exponential_buckets(double first, double factor, std::size_t count);

/// The bounds that client libraries of Prometheus use when none are given: 0.005 to 10.
Bounds default_buckets();

/// `range` with what the environment overrides. For `name` = "TTFT" it reads, each with _MIN, _MAX and
/// _COUNT,
///   DYN_METRICS_TTFT, DYN_HISTOGRAM_DYN_METRICS_TTFT, DYN_HISTOGRAM_TTFT:
/// the first is documented, the second is what worked, the third is what the code said. The first one set
/// wins. Errors: invalid, naming the variable whose value is not a number.
Result<BucketRange> override_range(const Environment& env, std::string_view name, BucketRange range);

}  // namespace dynamo::telemetry
