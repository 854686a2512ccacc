#pragma once

#include <string>
#include <vector>

#include "base/error.h"

namespace dynamo::process {

/// A folder or file of the machine shown at another path.
struct BindMount {
  std::string source;
  std::string target;  // absolute
  bool read_only = false;
  friend bool operator==(const BindMount&, const BindMount&) = default;
};

/// Gives this process a mount namespace of its own (as an ordinary user: with a user namespace around it) and
/// puts the mounts into it, in order; nobody else sees them. The mount points must be there. Single-threaded
/// callers only. Errors: unsupported (the kernel does not let us), not_found (a source or mount point), io.
Result<void> enter_private_mounts(const std::vector<BindMount>& mounts);

/// Whether `enter_private_mounts` works here, tried out in a child process.
bool private_mounts_allowed();

}  // namespace dynamo::process
