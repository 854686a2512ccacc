#include "kube/cache.h"

namespace dynamo::kube {
namespace {

/// A watch that ends sooner than this without an event counts as failed: no spinning.
constexpr Duration kShortWatch = std::chrono::seconds{1};

}  // namespace

Cache::Cache(Client& client, Resource resource, CacheOptions options)
    : client_(client), resource_(std::move(resource)), options_(std::move(options)), synced_(client.loop()) {}

net::Task<void> Cache::run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    auto step = resource_version_.empty() ? list_once(stop) : watch_once(stop);
    auto outcome = co_await std::move(step);
    if (!outcome && outcome.error().code != Errc::cancelled) co_await pause(std::move(outcome.error()), stop);
  }
}

net::Task<bool> Cache::wait_synced(std::stop_token stop, std::optional<TimePoint> deadline) {
  return synced_.wait(std::move(stop), deadline);
}

void Cache::resync_now() {
  for (const ObjectPtr& object : store_.list()) tell(Change{object, object});
}

net::Task<Result<void>> Cache::list_once(std::stop_token stop) {
  ListOptions options;
  options.label_selector = options_.label_selector;
  options.field_selector = options_.field_selector;
  const CallOptions call{.stop = std::move(stop), .deadline = {}};
  auto listed = co_await client_.list_all(resource_, options_.ns, options, call);
  if (!listed) co_return std::unexpected(std::move(listed.error()));
  ++lists_;
  for (Object& object : listed->items) strip(object);
  resource_version_ = std::move(listed->resource_version);
  for (const Change& change : store_.replace(std::move(listed->items))) tell(change);
  synced_.set();
  co_return Result<void>{};
}

net::Task<Result<void>> Cache::watch_once(std::stop_token stop) {
  WatchOptions options;
  options.label_selector = options_.label_selector;
  options.field_selector = options_.field_selector;
  options.resource_version = resource_version_;
  // Spread, so that the watches of a large manager do not all end in the same second.
  options.timeout = std::chrono::seconds{static_cast<std::int64_t>(
      static_cast<double>(options_.watch_timeout.count()) * (1.0 + options_.random()))};
  const TimePoint began = client_.loop().now();
  auto watch = co_await client_.watch(resource_, options_.ns, options, stop);
  if (!watch) co_return std::unexpected(std::move(watch.error()));
  const auto events = co_await follow(**watch);
  if (!events) co_return std::unexpected(events.error());
  const bool at_once = *events == 0 && client_.loop().now() - began < kShortWatch;
  if (at_once) co_return fail(Errc::unavailable, "the API server ended a watch at once");
  failures_ = 0;
  co_return Result<void>{};
}

/// Takes events until the server ends the watch; how many there were.
net::Task<Result<std::size_t>> Cache::follow(Watch& watch) {
  for (std::size_t events = 0;; ++events) {
    auto event = co_await watch.next();
    if (!event) co_return std::unexpected(std::move(event.error()));
    if (!*event) co_return events;
    failures_ = 0;
    take(std::move(**event));
  }
}

net::Task<void> Cache::pause(Error why, std::stop_token stop) {
  // `gone` is part of normal life; anything else may be over sooner if we resume than if we list again,
  // except an answer that we cannot read.
  if (why.code == Errc::gone || why.code == Errc::invalid) resource_version_.clear();
  ++failures_;
  if (options_.failed && why.code != Errc::gone) options_.failed(why, failures_);
  co_await client_.loop().sleep_for(options_.retry.delay(failures_, options_.random()), std::move(stop));
}

void Cache::take(WatchEvent event) {
  resource_version_ = resource_version_of(event.object);
  if (event.type == WatchEvent::Type::bookmark) return;
  strip(event.object);
  if (const auto change = store_.apply(std::move(event))) tell(*change);
}

void Cache::strip(Object& object) const {
  metadata(object).erase("managedFields");
  if (options_.strip) options_.strip(object);
}

void Cache::tell(const Change& change) const {
  for (const Handler& handler : handlers_) handler(change);
}

net::Task<void> resync_regularly(net::Loop& loop, Duration every, std::function<void(std::uint64_t)> resync,
                                 std::stop_token stop) {
  if (every <= Duration::zero()) co_return;
  for (std::uint64_t count = 1;; ++count) {
    co_await loop.sleep_for(every, stop);
    if (stop.stop_requested()) co_return;
    resync(count);
  }
}

}  // namespace dynamo::kube
