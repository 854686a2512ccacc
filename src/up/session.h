#pragma once

#include <string>
#include <vector>

#include "telemetry/log.h"

#include "up/manifests.h"
#include "up/platform.h"
#include "up/reporter.h"

namespace dynamo::up {

struct SessionOptions {
  PlatformOptions platform;
  std::string name;
  std::vector<ManifestText> manifests;
  Duration ready_timeout = std::chrono::minutes{10};
  enum class Output : std::uint8_t { lines, table } output = Output::lines;
};

/// `dynamo up` in this process: starts a platform, applies the manifests, tells how it goes, and ends at
/// SIGINT or SIGTERM; a second signal ends at once. Signals must be blocked. Errors: why it could not start.
net::Task<Result<void>> run_session(net::Loop& loop, SessionOptions options, telemetry::Logger log,
                                    Reporter& reporter);

/// `dynamo up FILE` where a platform runs already: applies the manifests and waits until their graphs are
/// ready.
net::Task<Result<void>> apply_to_running(net::Loop& loop, StateDir state, std::vector<ManifestText> manifests,
                                         Duration ready_timeout);

/// A client of the platform whose state is in `state`. Errors: not_found, when none runs there.
Result<std::unique_ptr<kube::Client>> client_of_running(net::Loop& loop, const StateDir& state);

}  // namespace dynamo::up
