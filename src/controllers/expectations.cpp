#include "controllers/expectations.h"

namespace dynamo::controllers {

void Expectations::expect(const kube::NamespacedName& owner, std::string what, TimePoint now) {
  Waiting& waiting = waiting_[owner];
  waiting.what.insert(std::move(what));
  waiting.since = now;
}

void Expectations::observed(const kube::NamespacedName& owner, std::string_view what) {
  const auto at = waiting_.find(owner);
  if (at == waiting_.end()) return;
  const auto entry = at->second.what.find(what);
  if (entry != at->second.what.end()) at->second.what.erase(entry);
  if (at->second.what.empty()) waiting_.erase(at);
}

bool Expectations::fulfilled(const kube::NamespacedName& owner, TimePoint now) const {
  const auto at = waiting_.find(owner);
  return at == waiting_.end() || now - at->second.since >= kTimeout;
}

}  // namespace dynamo::controllers
