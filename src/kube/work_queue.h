#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "kube/backoff.h"
#include "kube/resource.h"

namespace dynamo::kube {

/// Which objects want work, each at most once, however often it was asked for. A key that is asked for while
/// it is being worked on comes again when that is done, so no two workers have the same key. Pure: time is an
/// argument. Bounded by the number of distinct keys.
class WorkQueue {
 public:
  explicit WorkQueue(BackoffPolicy policy = {}) : policy_(policy) {}

  /// Wants work now.
  void add(const NamespacedName& key);
  /// Wants work at `when`; of two such wishes the earlier one counts.
  void add_at(const NamespacedName& key, TimePoint when);
  /// Wants work again after one more failure; returns the wait chosen.
  Duration add_failed(const NamespacedName& key, TimePoint now, double draw);
  /// Forgets failures: the next one waits the initial time again.
  void forget(const NamespacedName& key);

  /// The next key to work on, marked as being worked on until `done`; nothing when none is due.
  std::optional<NamespacedName> take(TimePoint now);
  void done(const NamespacedName& key);

  /// When `take` will have something that it has not now; nothing when only `add` can bring that about.
  std::optional<TimePoint> next_due() const;
  int failures(const NamespacedName& key) const;
  std::size_t ready() const noexcept { return ready_.size(); }
  std::size_t waiting() const noexcept { return due_by_key_.size(); }
  std::size_t working() const noexcept { return working_.size(); }
  bool idle() const noexcept { return ready_.empty() && working_.empty(); }

 private:
  void release_due(TimePoint now);
  void drop_wait(const NamespacedName& key);

  BackoffPolicy policy_;
  std::deque<NamespacedName> ready_;  // each also in wanted_, none in working_
  std::unordered_set<NamespacedName> wanted_;
  std::unordered_set<NamespacedName> working_;    // those also wanted come again when done
  std::multimap<TimePoint, NamespacedName> due_;  // the same keys as due_by_key_
  std::unordered_map<NamespacedName, std::multimap<TimePoint, NamespacedName>::iterator> due_by_key_;
  std::unordered_map<NamespacedName, int> failures_;
};

}  // namespace dynamo::kube
