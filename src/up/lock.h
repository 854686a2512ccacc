#pragma once

#include <string>
#include <sys/types.h>

#include "base/error.h"
#include "process/descriptor.h"

namespace dynamo::up {

/// Keeps a state directory to one platform. The kernel lets go of it when its holder dies, however that
/// happens, so that no lock can be left behind.
class Lock {
 public:
  /// Errors: already_exists, with the holder's pid; io.
  static Result<Lock> take(const std::string& path);

 private:
  explicit Lock(process::Descriptor file) : file_(std::move(file)) {}
  process::Descriptor file_;
};

/// The process that holds the lock at `path`; 0 when nobody does.
pid_t lock_holder(const std::string& path);

}  // namespace dynamo::up
