#include "discovery/discovery.h"

namespace dynamo::discovery {

struct WatchHub::Subscriber {
  Discovery::Listener listener;
  bool greeted = false;
};

namespace {

template <class Subscriber>
class Held final : public Discovery::Subscription {
 public:
  explicit Held(std::shared_ptr<Subscriber> subscriber) : subscriber_(std::move(subscriber)) {}

 private:
  std::shared_ptr<Subscriber> subscriber_;
};

}  // namespace

std::unique_ptr<Discovery::Subscription> WatchHub::subscribe(Discovery::Listener listener) {
  auto subscriber = std::make_shared<Subscriber>(std::move(listener));
  subscribers_.emplace_back(subscriber);
  loop_.post([this, alive = std::weak_ptr(alive_), weak = std::weak_ptr(subscriber)] {
    if (!alive.expired() && known_) greet(weak);
  });
  return std::make_unique<Held<Subscriber>>(std::move(subscriber));
}

void WatchHub::greet(const std::weak_ptr<Subscriber>& subscriber) {
  const auto held = subscriber.lock();
  if (!held || std::exchange(held->greeted, true)) return;
  held->listener(Diff{.put = snapshot_, .removed = {}});
}

void WatchHub::update(Snapshot next) {
  const Diff change = diff(snapshot_, next);
  snapshot_ = std::move(next);
  known_ = true;
  std::erase_if(subscribers_, [](const auto& weak) { return weak.expired(); });
  const auto told = subscribers_;  // a listener may subscribe or leave
  for (const auto& weak : told) {
    const auto held = weak.lock();
    if (!held) continue;
    if (!held->greeted) {
      greet(weak);
    } else if (!change.empty()) {
      held->listener(change);
    }
  }
}

}  // namespace dynamo::discovery
