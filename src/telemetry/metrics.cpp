#include "telemetry/metrics.h"

#include <algorithm>
#include <cassert>
#include <fmt/format.h>

#include "telemetry/exposition.h"

namespace dynamo::telemetry {

Histogram::Histogram(std::shared_ptr<const Bounds> bounds)
    : bounds_(std::move(bounds)),
      counts_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds_->size() + 1)) {}

void Histogram::observe(double value, std::uint64_t times) noexcept {
  const auto bucket = std::ranges::lower_bound(*bounds_, value) - bounds_->begin();
  counts_[static_cast<std::size_t>(bucket)].fetch_add(times, std::memory_order_relaxed);
  sum_.fetch_add(value * static_cast<double>(times), std::memory_order_relaxed);
}

std::uint64_t Histogram::count() const noexcept {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i <= bounds_->size(); ++i) total += in_bucket(i);
  return total;
}

namespace detail {
namespace {

void write_line(std::string& out, std::string_view name, std::string_view suffix, std::string_view labels,
                std::string_view value) {
  out.append(name).append(suffix);
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.append(" ").append(value).push_back('\n');
}

}  // namespace

void FamilyBase::write_head(std::string& out, std::string_view type) const {
  fmt::format_to(std::back_inserter(out), "# HELP {0} {1}\n# TYPE {0} {2}\n", name_, escape_help(help_),
                 type);
}

std::string FamilyBase::render_labels(std::string_view common, const LabelValues& values) const {
  std::string out(common);
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    fmt::format_to(std::back_inserter(out), "{}{}=\"{}\"", out.empty() ? "" : ",", labels_[i],
                   escape_label_value(values[i]));
  }
  return out;
}

bool FamilyBase::is_full(std::size_t series) noexcept {
  if (series < limit_) return false;
  dropped_.add();
  return true;
}

std::string_view type_name(const Counter&) noexcept { return "counter"; }
std::string_view type_name(const Gauge&) noexcept { return "gauge"; }
std::string_view type_name(const Histogram&) noexcept { return "histogram"; }

void write_series(std::string& out, std::string_view name, std::string_view labels, const Counter& counter) {
  write_line(out, name, "", labels, fmt::format("{}", counter.value()));
}

void write_series(std::string& out, std::string_view name, std::string_view labels, const Gauge& gauge) {
  write_line(out, name, "", labels, format_number(gauge.value()));
}

void write_series(std::string& out, std::string_view name, std::string_view labels,
                  const Histogram& histogram) {
  const std::string_view comma = labels.empty() ? "" : ",";
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < histogram.bounds().size(); ++i) {
    cumulative += histogram.in_bucket(i);
    const auto bucket_labels =
        fmt::format("{}{}le=\"{}\"", labels, comma, format_number(histogram.bounds()[i]));
    write_line(out, name, "_bucket", bucket_labels, fmt::format("{}", cumulative));
  }
  cumulative += histogram.in_bucket(histogram.bounds().size());
  write_line(out, name, "_bucket", fmt::format("{}{}le=\"+Inf\"", labels, comma),
             fmt::format("{}", cumulative));
  write_line(out, name, "_sum", labels, format_number(histogram.sum()));
  write_line(out, name, "_count", labels, fmt::format("{}", cumulative));
}

}  // namespace detail

Registry::Registry(const Labels& common) : common_(render_labels(common)) {}

template <class Metric, class Make>
Family<Metric>& Registry::add(std::string name, std::string help, std::vector<std::string> labels,
                              std::size_t limit, Make make) {
  auto family =
      std::make_unique<Family<Metric>>(name, std::move(help), std::move(labels), limit, std::move(make));
  const std::lock_guard lock(mutex_);
  const auto [entry, is_new] = families_.emplace(std::move(name), std::move(family));
  assert(is_new);
  return static_cast<Family<Metric>&>(*entry->second);
}

Counters& Registry::counters(std::string name, std::string help, std::vector<std::string> labels,
                             std::size_t limit) {
  return add<Counter>(std::move(name), std::move(help), std::move(labels), limit,
                      [] { return std::make_unique<Counter>(); });
}

Gauges& Registry::gauges(std::string name, std::string help, std::vector<std::string> labels,
                         std::size_t limit) {
  return add<Gauge>(std::move(name), std::move(help), std::move(labels), limit,
                    [] { return std::make_unique<Gauge>(); });
}

Histograms& Registry::histograms(std::string name, std::string help, Bounds bounds,
                                 std::vector<std::string> labels, std::size_t limit) {
  const auto shared = std::make_shared<const Bounds>(std::move(bounds));
  return add<Histogram>(std::move(name), std::move(help), std::move(labels), limit,
                        [shared] { return std::make_unique<Histogram>(shared); });
}

void Registry::before_exposition(std::function<void()> refresh) {
  const std::lock_guard lock(mutex_);
  refreshers_.push_back(std::move(refresh));
}

std::string Registry::expose() const {
  const std::lock_guard lock(mutex_);
  for (const auto& refresh : refreshers_) refresh();
  std::string out;
  for (const auto& [name, family] : families_) family->write(out, common_);

  Counters drops("dynamo_metrics_dropped_series_total", "Series not kept because a metric reached its limit",
                 {"metric"}, families_.size(), [] { return std::make_unique<Counter>(); });
  for (const auto& [name, family] : families_) {
    if (family->dropped() > 0) drops.with({name}).add(family->dropped());
  }
  drops.write(out, common_);
  return out;
}

}  // namespace dynamo::telemetry
