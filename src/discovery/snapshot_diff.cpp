#include "discovery/snapshot_diff.h"

namespace dynamo::discovery {

Diff diff(const Snapshot& before, const Snapshot& after) {
  Diff out;
  for (const auto& [key, record] : after) {
    const auto known = before.find(key);
    if (known == before.end() || known->second != record) out.put.emplace(key, record);
  }
  for (const auto& [key, record] : before) {
    if (!after.contains(key)) out.removed.emplace(key, record);
  }
  return out;
}

void apply_diff(Snapshot& snapshot, const Diff& change) {
  for (const auto& [key, record] : change.removed) snapshot.erase(key);
  for (const auto& [key, record] : change.put) snapshot.insert_or_assign(key, record);
}

}  // namespace dynamo::discovery
