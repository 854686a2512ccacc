#pragma once

#include <atomic>
#include <cassert>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telemetry/buckets.h"

/// Counters, gauges and histograms, written in the Prometheus text format 0.0.4.
///
///   Registry registry({{"dynamo_component", "backend"}});
///   auto& requests = registry.counters("dynamo_component_requests_total", "Requests taken", {"model"});
///   Counter& of_model = requests.with({"llama"});   // once; keep the reference
///   of_model.add();                                 // on the hot path: one relaxed atomic
///
/// References stay good as long as the registry. Threads: all functions are safe; `with` takes a lock,
/// changing a series does not.
namespace dynamo::telemetry {

class Counter {
 public:
  void add(std::uint64_t by = 1) noexcept { value_.fetch_add(by, std::memory_order_relaxed); }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(double value) noexcept { value_.store(value, std::memory_order_relaxed); }
  void add(double by) noexcept { value_.fetch_add(by, std::memory_order_relaxed); }
  double value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

class Histogram {
 public:
  explicit Histogram(std::shared_ptr<const Bounds> bounds);
  void observe(double value, std::uint64_t times = 1) noexcept;

  const Bounds& bounds() const noexcept { return *bounds_; }
  /// Observations of bucket `i` alone; `bounds().size()` is the +Inf bucket.
  std::uint64_t in_bucket(std::size_t i) const noexcept { return counts_[i].load(std::memory_order_relaxed); }
  std::uint64_t count() const noexcept;
  double sum() const noexcept { return sum_.load(std::memory_order_relaxed); }

 private:
  std::shared_ptr<const Bounds> bounds_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;
  std::atomic<double> sum_{0};
};

/// Label names and values in order; values may be any text.
using Labels = std::vector<std::pair<std::string, std::string>>;
using LabelValues = std::vector<std::string>;

/// Takes the place of series beyond a family's limit, so that a label with ever new values cannot eat the
/// memory.
inline constexpr std::size_t kDefaultSeriesLimit = 1000;

namespace detail {

/// What families of all three types share: name, labels, limit, and how to write themselves.
class FamilyBase {
 public:
  FamilyBase(std::string name, std::string help, std::vector<std::string> labels, std::size_t limit)
      : name_(std::move(name)), help_(std::move(help)), labels_(std::move(labels)), limit_(limit) {}
  virtual ~FamilyBase() = default;
  FamilyBase(const FamilyBase&) = delete;
  FamilyBase& operator=(const FamilyBase&) = delete;

  /// Appends HELP, TYPE and all series; nothing when there are none.
  virtual void write(std::string& out, std::string_view common_labels) const = 0;
  const std::string& name() const noexcept { return name_; }
  /// How often a series was asked for and not given because of the limit.
  std::uint64_t dropped() const noexcept { return dropped_.value(); }

 protected:
  void write_head(std::string& out, std::string_view type) const;
  /// `a="x",b="y"` of one series, `common` first.
  std::string render_labels(std::string_view common, const LabelValues& values) const;
  bool is_full(std::size_t series) noexcept;

  std::string name_;
  std::string help_;
  std::vector<std::string> labels_;
  std::size_t limit_;
  mutable std::mutex mutex_;

 private:
  Counter dropped_;
};

void write_series(std::string& out, std::string_view name, std::string_view labels, const Counter& counter);
void write_series(std::string& out, std::string_view name, std::string_view labels, const Gauge& gauge);
void write_series(std::string& out, std::string_view name, std::string_view labels,
                  const Histogram& histogram);
std::string_view type_name(const Counter&) noexcept;
std::string_view type_name(const Gauge&) noexcept;
std::string_view type_name(const Histogram&) noexcept;

}  // namespace detail

/// All series of one metric name. `with` gives the series of these label values, made where it is new; beyond
/// the limit it gives one that counts but is not exported, and the drop is counted.
template <class Metric>
class Family final : public detail::FamilyBase {
 public:
  template <class Make>
  Family(std::string name, std::string help, std::vector<std::string> labels, std::size_t limit, Make make)
      : FamilyBase(std::move(name), std::move(help), std::move(labels), limit),
        make_(std::move(make)),
        overflow_(make_()) {}

  /// `values` as many as the family has label names.
  Metric& with(const LabelValues& values = {}) {
    const std::lock_guard lock(mutex_);
    const auto found = series_.find(values);
    if (found != series_.end()) return *found->second;
    assert(values.size() == labels_.size());
    if (is_full(series_.size())) return *overflow_;
    return *series_.emplace(values, make_()).first->second;
  }

  /// Forgets a series, whose reference must not be used any more.
  void remove(const LabelValues& values) {
    const std::lock_guard lock(mutex_);
    series_.erase(values);
  }

  void write(std::string& out, std::string_view common_labels) const override {
    const std::lock_guard lock(mutex_);
    if (series_.empty()) return;
    write_head(out, detail::type_name(*overflow_));
    for (const auto& [values, metric] : series_) {
      detail::write_series(out, name_, render_labels(common_labels, values), *metric);
    }
  }

 private:
  std::function<std::unique_ptr<Metric>()> make_;
  std::unique_ptr<Metric> overflow_;
  std::map<LabelValues, std::unique_ptr<Metric>> series_;
};

using Counters = Family<Counter>;
using Gauges = Family<Gauge>;
using Histograms = Family<Histogram>;

class Registry {
 public:
  /// `common` labels stand on every series.
  explicit Registry(const Labels& common = {});

  /// A name may be made once; the families live as long as the registry.
  Counters& counters(std::string name, std::string help, std::vector<std::string> labels = {},
                     std::size_t limit = kDefaultSeriesLimit);
  Gauges& gauges(std::string name, std::string help, std::vector<std::string> labels = {},
                 std::size_t limit = kDefaultSeriesLimit);
  Histograms& histograms(std::string name, std::string help, Bounds bounds,
                         std::vector<std::string> labels = {}, std::size_t limit = kDefaultSeriesLimit);

  /// `refresh` is called before each exposition, for gauges that are computed on demand.
  void before_exposition(std::function<void()> refresh);

  /// All families in order of their names; and `dynamo_metrics_dropped_series_total{metric}` where limits
  /// struck.
  std::string expose() const;

 private:
  template <class Metric, class Make>
  Family<Metric>& add(std::string name, std::string help, std::vector<std::string> labels, std::size_t limit,
                      Make make);
  std::string common_;
  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<detail::FamilyBase>> families_;
  std::vector<std::function<void()>> refreshers_;
};

/// Content type of the exposition format.
inline constexpr std::string_view kExpositionType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace dynamo::telemetry
