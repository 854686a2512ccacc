#pragma once

#include <functional>
#include <stop_token>
#include <string_view>

#include "base/clock.h"
#include "kube/backoff.h"
#include "kube/client.h"
#include "kube/controller.h"
#include "kube/event_recorder.h"

namespace dynamo::controllers {

/// What every controller works with. Outlives them.
struct Context {
  kube::Client& client;
  kube::EventRecorder& events;
  const Clock& clock = Clock::system();
  kube::Random random = kube::system_random();
  /// Told of failures, for the log: which controller, which object, why.
  std::function<void(std::string_view controller, const kube::NamespacedName& key, const Error& why)> failed;
};

/// Options of a controller that tells the context of its failures.
kube::ControllerOptions controller_options(const Context& context, std::string name, std::size_t workers = 4);

/// Brings an object's status to `wanted`; no request when `seen` has it already.
net::Task<Result<void>> write_status(kube::Client& client, kube::Resource resource, kube::ObjectPtr seen,
                                     kube::Object wanted, std::stop_token stop);

/// Done, or a new look after `look_again`, or a back-off for a failure.
kube::Outcome outcome_of(const Result<void>& result, std::optional<Duration> look_again = {});

}  // namespace dynamo::controllers
