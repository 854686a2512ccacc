#pragma once

#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "kube/resource.h"

namespace dynamo::controllers {

/// What a controller has written and its cache has not shown yet, per owner. While an owner's list is not
/// empty, the cache is behind and counting would make twins. Pure: time is an argument.
class Expectations {
 public:
  /// Longer than any watch is behind; then the event was missed, and the cache is believed again.
  static constexpr Duration kTimeout = std::chrono::minutes{5};

  /// `what` is the name of an object that was created, or the uid of one that was deleted.
  void expect(const kube::NamespacedName& owner, std::string what, TimePoint now);
  /// The cache has shown it, or the write failed.
  void observed(const kube::NamespacedName& owner, std::string_view what);
  bool fulfilled(const kube::NamespacedName& owner, TimePoint now) const;
  void forget(const kube::NamespacedName& owner) { waiting_.erase(owner); }
  std::size_t size() const noexcept { return waiting_.size(); }

 private:
  struct Waiting {
    std::set<std::string, std::less<>> what;
    TimePoint since;
  };
  std::unordered_map<kube::NamespacedName, Waiting> waiting_;
};

}  // namespace dynamo::controllers
