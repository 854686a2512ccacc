#pragma once

#include "discovery/record.h"

namespace dynamo::discovery {

/// What happened between two snapshots. A record whose content changed counts as put.
struct Diff {
  Snapshot put;
  Snapshot removed;  // as they were last
  bool empty() const noexcept { return put.empty() && removed.empty(); }
  friend bool operator==(const Diff&, const Diff&) = default;
};

/// Pure. `apply_diff(before, diff(before, after)) == after`.
Diff diff(const Snapshot& before, const Snapshot& after);
void apply_diff(Snapshot& snapshot, const Diff& change);

}  // namespace dynamo::discovery
