#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "net/http_client.h"
#include "net/loop.h"
#include "node/plan.h"
#include "node/probe.h"

namespace dynamo::node {

/// How one attempt ended; `why` is what the event says when it failed.
struct ProbeOutcome {
  bool success = false;
  std::string why;
};

/// Performs probes. Threads: its loop's.
class Prober {
 public:
  /// `reaper` as for ProcessTree: commands of exec probes run under one of their own.
  Prober(net::Loop& loop, std::vector<std::string> reaper);

  /// One attempt within the probe's timeout. Commands see the environment, folder and mounts of `container`.
  net::Task<ProbeOutcome> attempt(ProbeSpec spec, const ContainerPlan& container, std::stop_token stop);

 private:
  net::Task<ProbeOutcome> http(HttpProbe probe, TimePoint deadline, std::stop_token stop);
  net::Task<ProbeOutcome> tcp(TcpProbe probe, TimePoint deadline, std::stop_token stop);
  net::Task<ProbeOutcome> exec(ExecProbe probe, const ContainerPlan& container, TimePoint deadline,
                               std::stop_token stop);

  net::Loop& loop_;
  std::vector<std::string> reaper_;
  net::HttpClient client_;
};

}  // namespace dynamo::node
