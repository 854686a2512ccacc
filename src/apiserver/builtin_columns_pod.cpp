#include "apiserver/builtin_columns.h"
#include "apiserver/column_helpers.h"

namespace dynamo::apiserver {
namespace {

std::string terminated_text(const json::value& terminated) {
  const auto reason = json::string_at(terminated, {"reason"});
  if (!reason.empty()) return std::string(reason);
  const auto signal = json::int_at(terminated, {"signal"}).value_or(0);
  if (signal != 0) return fmt::format("Signal:{}", signal);
  return fmt::format("ExitCode:{}", json::int_at(terminated, {"exitCode"}).value_or(0));
}

/// What keeps the init containers from being done: "Init:1/2", "Init:Error"; empty when they are done.
std::string init_text(const Object& pod) {
  const auto& statuses = kube::array_at(pod, {"status", "initContainerStatuses"});
  const std::size_t total = kube::array_at(pod, {"spec", "initContainers"}).size();
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    const json::value& status = statuses[i];
    if (const json::value* terminated = json::find(status, {"state", "terminated"})) {
      if (json::int_at(*terminated, {"exitCode"}).value_or(0) == 0) continue;
      return "Init:" + terminated_text(*terminated);
    }
    if (json::bool_at(status, {"started"}) && json::bool_at(status, {"ready"})) continue;
    const auto waiting = json::string_at(status, {"state", "waiting", "reason"});
    if (!waiting.empty() && waiting != "PodInitializing") return fmt::format("Init:{}", waiting);
    return fmt::format("Init:{}/{}", i, total);
  }
  return {};
}

bool is_ready_condition_true(const Object& pod) {
  for (const auto& condition : kube::array_at(pod, {"status", "conditions"})) {
    if (json::string_at(condition, {"type"}) == "Ready")
      return json::string_at(condition, {"status"}) == "True";
  }
  return false;
}

std::string containers_text(const Object& pod, std::string fallback) {
  std::string text = std::move(fallback);
  bool running = false;
  const auto& statuses = kube::array_at(pod, {"status", "containerStatuses"});
  for (auto status = statuses.rbegin(); status != statuses.rend(); ++status) {
    const auto waiting = json::string_at(*status, {"state", "waiting", "reason"});
    if (!waiting.empty()) {
      text = waiting;
    } else if (const json::value* terminated = json::find(*status, {"state", "terminated"})) {
      text = terminated_text(*terminated);
    } else if (json::bool_at(*status, {"ready"}) && json::find(*status, {"state", "running"}) != nullptr) {
      running = true;
    }
  }
  if (text == "Completed" && running) return is_ready_condition_true(pod) ? "Running" : "NotReady";
  return text;
}

json::value status_text(const Object& pod, WallTime) {
  const auto phase = json::string_at(pod, {"status", "phase"});
  const auto reason = json::string_at(pod, {"status", "reason"}, phase);
  if (kube::is_deleting(pod)) return reason == "NodeLost" ? "Unknown" : "Terminating";
  const std::string init = init_text(pod);
  return json::value(init.empty() ? containers_text(pod, std::string(reason)) : init);
}

json::value ready_text(const Object& pod, WallTime) {
  std::size_t ready = 0;
  for (const auto& status : kube::array_at(pod, {"status", "containerStatuses"})) {
    if (json::bool_at(status, {"ready"})) ++ready;
  }
  return json::value(fmt::format("{}/{}", ready, kube::array_at(pod, {"spec", "containers"}).size()));
}

json::value restarts_text(const Object& pod, WallTime now) {
  std::int64_t restarts = 0;
  std::string_view last;
  for (const auto& status : kube::array_at(pod, {"status", "containerStatuses"})) {
    restarts += json::int_at(status, {"restartCount"}).value_or(0);
    last = std::max(last, json::string_at(status, {"lastState", "terminated", "finishedAt"}));
  }
  if (restarts == 0 || last.empty()) return json::value(std::to_string(restarts));
  return json::value(fmt::format("{} ({} ago)", restarts, age_cell(last, now)));
}

json::value gates_text(const Object& pod, WallTime) {
  const auto& gates = kube::array_at(pod, {"spec", "readinessGates"});
  if (gates.empty()) return json::value(kNone);
  std::size_t ready = 0;
  for (const auto& gate : gates) {
    for (const auto& condition : kube::array_at(pod, {"status", "conditions"})) {
      if (json::string_at(condition, {"type"}) == json::string_at(gate, {"conditionType"}) &&
          json::string_at(condition, {"status"}) == "True") {
        ++ready;
      }
    }
  }
  return json::value(fmt::format("{}/{}", ready, gates.size()));
}

}  // namespace

std::vector<Column> pod_columns() {
  return {column("Ready", "string", 0, ready_text),
          column("Status", "string", 0, status_text),
          column("Restarts", "string", 0, restarts_text),
          age_column(),
          field_column("IP", {"status", "podIP"}, json::value(kNone), kWide),
          field_column("Node", {"spec", "nodeName"}, json::value(kNone), kWide),
          field_column("Nominated Node", {"status", "nominatedNodeName"}, json::value(kNone), kWide),
          column("Readiness Gates", "string", kWide, gates_text)};
}

}  // namespace dynamo::apiserver
