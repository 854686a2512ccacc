#include "telemetry/buckets.h"

#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace dynamo::telemetry {
namespace {

constexpr std::size_t kMaxBuckets = 512;

double round_to_two_digits(double value) {
  const double unit = std::pow(10.0, std::floor(std::log10(value)) - 1);
  // Dividing by a power of ten below one is inexact (63 * 0.1); go through text, which rounds right.
  const std::string text = fmt::format("{:.1e}", std::round(value / unit) * unit);
  double out = value;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

struct Setting {
  std::string variable;
  std::string_view value;
};

std::optional<Setting> find_setting(const Environment& env, std::string_view name, std::string_view part) {
  for (const std::string_view prefix : {"DYN_METRICS_", "DYN_HISTOGRAM_DYN_METRICS_", "DYN_HISTOGRAM_"}) {
    std::string variable = fmt::format("{}{}_{}", prefix, name, part);
    if (const auto value = env.get(variable)) return Setting{std::move(variable), *value};
  }
  return std::nullopt;
}

template <class Number>
Result<void> override_number(const Environment& env, std::string_view name, std::string_view part,
                             Number& number) {
  const auto setting = find_setting(env, name, part);
  if (!setting) return {};
  const char* end = setting->value.data() + setting->value.size();
  Number parsed{};
  const auto [stopped, error] = std::from_chars(setting->value.data(), end, parsed);
  if (error != std::errc{} || stopped != end) {
    return fail(Errc::invalid,
                fmt::format("{} must be a number, got \"{}\"", setting->variable, setting->value));
  }
  number = parsed;
  return {};
}

}  // namespace

Result<Bounds> log_buckets(const BucketRange& range) {
  if (!(range.min > 0) || !(range.min < range.max) || !std::isfinite(range.max) || range.count < 2 ||
      range.count > kMaxBuckets) {
    return fail(Errc::invalid,
                fmt::format("buckets need 0 < min < max and a count of 2 to {}, got {}, {} and {}",
                            kMaxBuckets, range.min, range.max, range.count));
  }
  const double low = std::log(range.min);
  const double step = (std::log(range.max) - low) / static_cast<double>(range.count - 1);
  Bounds out{0};
  for (std::size_t i = 1; i < range.count; ++i) {
    const double bound = round_to_two_digits(std::exp(low + step * static_cast<double>(i)));
    if (bound != out.back()) out.push_back(bound);
  }
  return out;
}

Bounds exponential_buckets(double first, double factor, std::size_t count) {
  Bounds out;
  for (std::size_t i = 0; i < count; ++i, first *= factor) out.push_back(first);
  return out;
}

Bounds default_buckets() { return {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}; }

Result<BucketRange> override_range(const Environment& env, std::string_view name, BucketRange range) {
  auto min = override_number(env, name, "MIN", range.min);
  if (!min) return std::unexpected(std::move(min.error()));
  auto max = override_number(env, name, "MAX", range.max);
  if (!max) return std::unexpected(std::move(max.error()));
  auto count = override_number(env, name, "COUNT", range.count);
  if (!count) return std::unexpected(std::move(count.error()));
  return range;
}

}  // namespace dynamo::telemetry
