#include "load/histogram.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace dynamo::bench {
namespace {

constexpr int kBuckets = 2600;
constexpr double kSmallest = 0.1;         // µs, upper end of the first bucket
constexpr double kWidth = 0.00995033085;  // ln 1.01
constexpr double kMiddleOfBucket = kWidth / 2;

int bucket_of(double microseconds) {
  if (microseconds <= kSmallest) return 0;
  return std::min(static_cast<int>(std::log(microseconds / kSmallest) / kWidth), kBuckets - 1);
}

}  // namespace

Histogram::Histogram() : buckets_(kBuckets) {}

void Histogram::add(double microseconds) {
  ++buckets_[static_cast<std::size_t>(bucket_of(microseconds))];
  ++count_;
  sum_ += microseconds;
  largest_ = std::max(largest_, microseconds);
}

double Histogram::quantile(double share) const {
  if (count_ == 0) return 0;
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (int i = 0; i < kBuckets; ++i) {
    seen += buckets_[static_cast<std::size_t>(i)];
    if (seen >= wanted && seen > 0)
      return std::min(largest_, kSmallest * std::exp(i * kWidth + kMiddleOfBucket));
  }
  return largest_;
}

std::string Histogram::to_json() const {
  return fmt::format(
      R"({{"n":{},"mean":{:.1f},"p50":{:.1f},"p90":{:.1f},"p99":{:.1f},"p999":{:.1f},"max":{:.1f}}})", count_,
      count_ == 0 ? 0 : sum_ / static_cast<double>(count_), quantile(0.5), quantile(0.9), quantile(0.99),
      quantile(0.999), largest_);
}

}  // namespace dynamo::bench
