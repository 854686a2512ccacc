#pragma once

#include <optional>
#include <string>

#include "graph/status.h"
#include "kube/controller.h"
#include "operator/writer.h"

namespace dynamo::operators {

/// How an attempt to make an object's children ended.
struct Attempt {
  /// Whose business a failure is, and so what happens next.
  enum class Ending {
    succeeded,
    refused,  // the object itself is wrong or asks for what is not there yet: nothing to do until it changes
    failed,   // the cluster did not let us: again, later
    passing,  // somebody was faster, or we are stopping: again, and nothing to tell
  };
  Ending ending = Ending::succeeded;
  Written written{};
  Error error{};

  static Attempt success(Written written) { return {.written = std::move(written)}; }
  /// Of reading or rendering the object: missing claims may come, all else is the object's fault.
  static Attempt refusal(Error error);
  /// Of writing.
  static Attempt failure(Error error);

  /// What the status says of it; nothing for success.
  std::optional<graph::Failure> told() const;
  kube::Outcome outcome() const;
};

}  // namespace dynamo::operators
