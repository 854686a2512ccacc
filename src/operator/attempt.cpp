#include "operator/attempt.h"

namespace dynamo::operators {

Attempt Attempt::refusal(Error error) {
  const bool may_come = error.code == Errc::not_found;
  return {.ending = may_come ? Ending::failed : Ending::refused, .error = std::move(error)};
}

Attempt Attempt::failure(Error error) {
  const bool passing = error.code == Errc::conflict || error.code == Errc::cancelled;
  return {.ending = passing ? Ending::passing : Ending::failed, .error = std::move(error)};
}

std::optional<graph::Failure> Attempt::told() const {
  switch (ending) {
    case Ending::refused:
      return graph::Failure{std::string(graph::reason::kValidationFailed), error.message};
    case Ending::failed:
    case Ending::passing:
      return graph::Failure{std::string(graph::reason::kReconcileFailed), error.message};
    case Ending::succeeded:
      return std::nullopt;
  }
  return std::nullopt;
}

kube::Outcome Attempt::outcome() const {
  const bool again = ending == Ending::failed || ending == Ending::passing;
  return again ? kube::Outcome{kube::Backoff{error}} : kube::Outcome{kube::Done{}};
}

}  // namespace dynamo::operators
