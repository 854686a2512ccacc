#include "kube/controller.h"

#include "kube/owner.h"

namespace dynamo::kube {

Controller::Controller(net::Loop& loop, Reconcile reconcile, ControllerOptions options)
    : loop_(loop),
      reconcile_(std::move(reconcile)),
      options_(std::move(options)),
      queue_(options_.backoff),
      wake_(loop) {}

void Controller::enqueue(const NamespacedName& key) {
  queue_.add(key);
  wake_.set();
}

void Controller::enqueue_after(const NamespacedName& key, Duration delay) {
  queue_.add_at(key, loop_.now() + delay);
  wake_.set();
}

void Controller::watch(Cache& cache) {
  cache.on_change([this](const Change& change) { enqueue(key_of(change.object())); });
}

void Controller::watch_owned(Cache& cache, std::string kind) {
  cache.on_change([this, kind = std::move(kind)](const Change& change) {
    for (const ObjectPtr& side : {change.before, change.after}) {
      const auto owner = side ? controller_of(*side) : std::nullopt;
      if (owner && owner->kind == kind) enqueue({std::string(namespace_of(*side)), owner->name});
    }
  });
}

void Controller::watch_mapped(Cache& cache, std::function<std::vector<NamespacedName>(const Change&)> map) {
  cache.on_change([this, map = std::move(map)](const Change& change) {
    for (const NamespacedName& key : map(change)) enqueue(key);
  });
}

net::Task<void> Controller::run(std::stop_token stop) {
  net::TaskGroup working(loop_);
  while (!stop.stop_requested()) {
    wake_.reset();
    while (working.size() < options_.workers) {
      auto key = queue_.take(loop_.now());
      if (!key) break;
      working.spawn(work(std::move(*key), stop));
    }
    const bool full = working.size() >= options_.workers;
    co_await wake_.wait(stop, full ? std::nullopt : queue_.next_due());
  }
  co_await working.join();
}

net::Task<void> Controller::work(NamespacedName key, std::stop_token stop) {
  ++reconciliations_;
  const Outcome outcome = co_await reconcile_(key, stop);
  settle(key, outcome);
  queue_.done(key);
  wake_.set();
}

void Controller::settle(const NamespacedName& key, const Outcome& outcome) {
  if (const auto* backoff = std::get_if<Backoff>(&outcome)) return failed(key, backoff->why);
  queue_.forget(key);
  if (const auto* retry = std::get_if<RetryAfter>(&outcome)) queue_.add_at(key, loop_.now() + retry->delay);
}

void Controller::failed(const NamespacedName& key, const Error& why) {
  const Duration next = queue_.add_failed(key, loop_.now(), options_.random());
  const bool ordinary = why.code == Errc::cancelled || why.code == Errc::conflict;
  if (options_.failed && !ordinary) options_.failed(key, why, queue_.failures(key), next);
}

}  // namespace dynamo::kube
