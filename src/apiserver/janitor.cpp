#include "apiserver/janitor.h"

#include <algorithm>
#include <set>

#include "apiserver/definitions.h"

namespace dynamo::apiserver {
namespace {

constexpr std::chrono::seconds kPause{1};
constexpr std::chrono::seconds kEventPause{30};
constexpr std::chrono::hours kEventLife{1};  // as a real server's --event-ttl
constexpr std::size_t kMaxEvents = 5000;

Key key_in(const std::string& collection, const Object& object) {
  return Key{collection, std::string(kube::namespace_of(object)), std::string(kube::name_of(object))};
}

/// When an event was last seen.
std::string_view last_seen(const Object& event) {
  for (const auto key : {"lastTimestamp", "eventTime"}) {
    const auto text = json::string_at(event, {key});
    if (!text.empty()) return text;
  }
  return json::string_at(event, {"metadata", "creationTimestamp"});
}

}  // namespace

net::Task<void> Janitor::run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    co_await sweep();
    co_await loop_.sleep_for(kPause, stop);
  }
}

net::Task<void> Janitor::sweep() {
  for (const auto& ns : store_.list("namespaces", "")) {
    if (kube::is_deleting(*ns)) co_await empty_namespace(std::string(kube::name_of(*ns)));
  }
  for (const auto& definition :
       store_.list(kube::resources::kCustomResourceDefinitions.group_resource(), "")) {
    if (kube::is_deleting(*definition)) co_await empty_definition(definition);
  }
  if (loop_.now() < next_events_) co_return;
  next_events_ = loop_.now() + kEventPause;
  co_await forget_events();
}

net::Task<void> Janitor::empty_namespace(std::string ns) {
  bool empty = true;
  std::set<std::string> seen;
  for (const auto& kind : registry_.kinds()) {
    if (!kind->resource.namespaced || !seen.insert(kind->collection()).second) continue;
    for (const auto& object : store_.list(kind->collection(), ns)) {
      empty = false;
      DeleteOptions options{.propagation = "Background"};
      // Failures are of the disk; the next round tries again.
      if (!kube::is_deleting(*object))
        (void)co_await writes_.remove_object(kind, key_in(kind->collection(), *object), std::move(options));
    }
  }
  if (!empty) co_return;
  Key key{"namespaces", "", ns};
  (void)co_await writes_.drop_finalizer(std::move(key), "kubernetes");
}

net::Task<void> Janitor::empty_definition(ObjectPtr definition) {
  const auto kinds = kinds_of_definition(*definition);
  bool empty = true;
  for (const auto& kind : kinds) {
    for (const auto& object : store_.list(kind->collection(), "")) {
      empty = false;
      DeleteOptions options{};
      if (!kube::is_deleting(*object))
        (void)co_await writes_.remove_object(kind, key_in(kind->collection(), *object), std::move(options));
    }
  }
  if (!empty) co_return;
  Key key = key_in(kube::resources::kCustomResourceDefinitions.group_resource(), *definition);
  (void)co_await writes_.drop_finalizer(std::move(key), std::string(kDefinitionCleanup));
}

net::Task<void> Janitor::forget_events() {
  const KindPtr kind = registry_.find("", "v1", "events");
  auto events = store_.list("events", "");
  std::sort(events.begin(), events.end(),
            [](const auto& a, const auto& b) { return last_seen(*a) < last_seen(*b); });
  const std::string horizon = format_rfc3339(clock_.wall_now() - kEventLife);
  const std::size_t surplus = events.size() > kMaxEvents ? events.size() - kMaxEvents : 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (i >= surplus && last_seen(*events[i]) >= horizon) break;
    DeleteOptions options{};
    (void)co_await writes_.remove_object(kind, key_in("events", *events[i]), std::move(options));
  }
}

}  // namespace dynamo::apiserver
