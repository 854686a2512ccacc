#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "net/http.h"

/// A probe as written in a container, and as a state machine: time goes in, verdicts come out.
namespace dynamo::node {

struct HttpProbe {
  net::Url url;
  net::Headers headers;
};
struct TcpProbe {
  std::string host;
  std::uint16_t port = 0;
};
struct ExecProbe {
  std::vector<std::string> command;
};

struct ProbeSpec {
  std::variant<HttpProbe, TcpProbe, ExecProbe> action;
  std::chrono::seconds initial_delay{0};
  std::chrono::seconds period{10};
  std::chrono::seconds timeout{1};
  int success_threshold = 1;
  int failure_threshold = 3;
  std::optional<std::chrono::seconds> termination_grace{};
};

/// The container's probe of that field ("livenessProbe", "readinessProbe", "startupProbe"), aimed at the
/// pod's address; nothing when it has none. Errors: invalid (unknown port name), unsupported (gRPC).
Result<std::optional<ProbeSpec>> parse_probe(const json::object& container, std::string_view field,
                                             std::string_view pod_ip);

enum class ProbeStatus : std::uint8_t { unknown, success, failure };

/// Decides when a probe is due and what its answers mean. Until the first success it is due every `kEager`,
/// so that a fast start is seen at once; only failures at the pace that the probe itself sets count, from
/// `initial_delay` on.
class ProbeState {
 public:
  static constexpr std::chrono::milliseconds kEager{100};
  /// No failure counts sooner after the container's start: nothing answers in its first moment.
  static constexpr std::chrono::seconds kSettling{1};

  /// `container_started` is what `initial_delay` counts from; `now` is when probing may begin.
  ProbeState(const ProbeSpec& spec, TimePoint container_started, TimePoint now);

  TimePoint due() const noexcept { return due_; }
  ProbeStatus status() const noexcept { return status_; }
  /// The outcome of one attempt.
  struct Verdict {
    bool changed = false;          // the status has
    bool counted_failure = false;  // worth an event
  };
  Verdict observe(bool success, TimePoint now);

 private:
  Verdict observe_success();
  Verdict observe_failure(TimePoint now);

  Duration period_;
  int success_threshold_;
  int failure_threshold_;
  TimePoint due_;
  TimePoint next_counted_;  // failures before this do not count
  ProbeStatus status_ = ProbeStatus::unknown;
  bool succeeded_once_ = false;
  int successes_ = 0;  // in a row
  int failures_ = 0;   // in a row, counted ones
};

}  // namespace dynamo::node
