#include "kube/work_queue.h"

namespace dynamo::kube {

void WorkQueue::add(const NamespacedName& key) {
  if (!wanted_.insert(key).second) return;
  if (!working_.contains(key)) ready_.push_back(key);
}

void WorkQueue::add_at(const NamespacedName& key, TimePoint when) {
  const auto present = due_by_key_.find(key);
  if (present != due_by_key_.end() && present->second->first <= when) return;
  drop_wait(key);
  due_by_key_[key] = due_.emplace(when, key);
}

Duration WorkQueue::add_failed(const NamespacedName& key, TimePoint now, double draw) {
  const Duration wait = policy_.delay(++failures_[key], draw);
  add_at(key, now + wait);
  return wait;
}

void WorkQueue::forget(const NamespacedName& key) { failures_.erase(key); }

std::optional<NamespacedName> WorkQueue::take(TimePoint now) {
  release_due(now);
  if (ready_.empty()) return std::nullopt;
  NamespacedName key = std::move(ready_.front());
  ready_.pop_front();
  wanted_.erase(key);
  working_.insert(key);
  return key;
}

void WorkQueue::done(const NamespacedName& key) {
  working_.erase(key);
  if (wanted_.contains(key)) ready_.push_back(key);
}

std::optional<TimePoint> WorkQueue::next_due() const {
  if (due_.empty()) return std::nullopt;
  return due_.begin()->first;
}

int WorkQueue::failures(const NamespacedName& key) const {
  const auto found = failures_.find(key);
  return found == failures_.end() ? 0 : found->second;
}

void WorkQueue::release_due(TimePoint now) {
  while (!due_.empty() && due_.begin()->first <= now) {
    const NamespacedName key = due_.begin()->second;
    drop_wait(key);
    add(key);
  }
}

void WorkQueue::drop_wait(const NamespacedName& key) {
  const auto present = due_by_key_.find(key);
  if (present == due_by_key_.end()) return;
  due_.erase(present->second);
  due_by_key_.erase(present);
}

}  // namespace dynamo::kube
