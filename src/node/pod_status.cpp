#include "node/pod_status.h"

#include "node/restart.h"

namespace dynamo::node {
namespace {

constexpr int kLostExitCode = 255;

bool succeeded(const ContainerObserved& container) {
  const auto* end = std::get_if<Terminated>(&container.state);
  return end != nullptr && end->how.success();
}

bool init_done(const PodObserved& seen) { return std::ranges::all_of(seen.init_containers, succeeded); }

/// How many containers are in which state; one that waits for its restart counts as stopped.
struct Counts {
  std::size_t waiting = 0, running = 0, stopped = 0, succeeded = 0;
};

Counts count(const std::vector<ContainerObserved>& containers) {
  Counts out;
  for (const ContainerObserved& container : containers) {
    if (std::holds_alternative<Running>(container.state)) {
      ++out.running;
    } else if (std::holds_alternative<Terminated>(container.state) || container.last) {
      ++out.stopped;
      if (succeeded(container)) ++out.succeeded;
    } else {
      ++out.waiting;
    }
  }
  return out;
}

std::string_view phase_when_stopped(const Counts& counts, RestartPolicy policy) {
  if (policy == RestartPolicy::always) return "Running";
  if (counts.stopped == counts.succeeded) return "Succeeded";
  return policy == RestartPolicy::never ? "Failed" : "Running";
}

json::object to_json(const Terminated& end, int pid) {
  json::object out{{"exitCode", end.how.shell_code()}, {"reason", end.reason}};
  if (end.how.signal != 0) out["signal"] = end.how.signal;
  if (!end.message.empty()) out["message"] = end.message;
  if (end.started != WallTime{}) out["startedAt"] = format_rfc3339(end.started);
  out["finishedAt"] = format_rfc3339(end.finished);
  if (pid != 0) out["containerID"] = fmt::format("process://{}", pid);
  return out;
}

json::object to_json(const ContainerState& state, int pid) {
  if (const auto* waiting = std::get_if<Waiting>(&state)) {
    json::object out{{"reason", waiting->reason}};
    if (!waiting->message.empty()) out["message"] = waiting->message;
    return {{"waiting", std::move(out)}};
  }
  if (const auto* running = std::get_if<Running>(&state)) {
    return {{"running", json::object{{"startedAt", format_rfc3339(running->started)}}}};
  }
  return {{"terminated", to_json(std::get<Terminated>(state), pid)}};
}

json::object to_json(const ContainerObserved& container) {
  json::object out{{"name", container.name},
                   {"image", container.image},
                   {"imageID", ""},
                   {"ready", container.ready},
                   {"started", container.started},
                   {"restartCount", container.restarts},
                   {"state", to_json(container.state, container.pid)},
                   {"lastState", json::object{}}};
  if (container.last) out["lastState"] = json::object{{"terminated", to_json(*container.last, 0)}};
  if (container.pid != 0) out["containerID"] = fmt::format("process://{}", container.pid);
  return out;
}

json::array to_json(const std::vector<ContainerObserved>& containers) {
  json::array out;
  for (const ContainerObserved& container : containers) out.push_back(to_json(container));
  return out;
}

struct ConditionNow {
  std::string_view type;
  bool holds = false;
  std::string reason;
  std::string message;
};

void put_condition(json::array& conditions, const ConditionNow& next, WallTime now) {
  json::object entry{{"type", next.type},
                     {"status", next.holds ? "True" : "False"},
                     {"lastTransitionTime", format_rfc3339(now)}};
  if (!next.reason.empty()) entry["reason"] = next.reason;
  if (!next.message.empty()) entry["message"] = next.message;
  for (json::value& present : conditions) {
    if (json::string_at(present, {"type"}) != next.type) continue;
    if (json::string_at(present, {"status"}) == json::string_at(entry, {"status"})) {
      if (const auto* since = json::find(present, {"lastTransitionTime"}))
        entry["lastTransitionTime"] = *since;
    }
    present = std::move(entry);
    return;
  }
  conditions.push_back(std::move(entry));
}

template <class Predicate>
std::string names_without(const std::vector<ContainerObserved>& containers, Predicate holds) {
  std::string out;
  for (const ContainerObserved& container : containers) {
    if (!holds(container)) out += (out.empty() ? "" : " ") + container.name;
  }
  return out;
}

/// The first readiness gate whose condition is not True, said as a kubelet does.
std::string open_gate(const kube::Object& pod, const json::array& conditions) {
  for (const json::value& gate : kube::array_at(pod, {"spec", "readinessGates"})) {
    const std::string_view type = json::string_at(gate, {"conditionType"});
    const auto at = std::ranges::find_if(
        conditions, [&](const json::value& entry) { return json::string_at(entry, {"type"}) == type; });
    if (at == conditions.end()) {
      return fmt::format("corresponding condition of pod readiness gate \"{}\" does not exist.", type);
    }
    if (json::string_at(*at, {"status"}) != "True") {
      return fmt::format("the status of pod readiness gate \"{}\" is not \"True\"", type);
    }
  }
  return {};
}

ConditionNow initialized(const PodObserved& seen, std::string_view phase) {
  if (init_done(seen)) return {"Initialized", true, phase == "Succeeded" ? "PodCompleted" : "", ""};
  return {
      "Initialized", false, "ContainersNotInitialized",
      fmt::format("containers with incomplete status: [{}]", names_without(seen.init_containers, succeeded))};
}

ConditionNow containers_ready(const PodObserved& seen, std::string_view phase) {
  if (phase == "Succeeded") return {"ContainersReady", false, "PodCompleted", ""};
  if (phase == "Failed") return {"ContainersReady", false, "PodFailed", ""};
  const std::string unready = names_without(seen.containers, [](const auto& c) { return c.ready; });
  if (unready.empty()) return {"ContainersReady", true, "", ""};
  return {"ContainersReady", false, "ContainersNotReady",
          fmt::format("containers with unready status: [{}]", unready)};
}

json::array conditions_of(const kube::Object& pod, const PodObserved& seen, std::string_view phase,
                          WallTime now) {
  json::array out = kube::array_at(pod, {"status", "conditions"});
  put_condition(out, initialized(seen, phase), now);
  ConditionNow ready = containers_ready(seen, phase);
  put_condition(out, ready, now);
  ready.type = "Ready";
  if (const std::string gate = open_gate(pod, out); ready.holds && !gate.empty()) {
    ready = {"Ready", false, "ReadinessGatesNotReady", gate};
  }
  put_condition(out, ready, now);
  return out;
}

std::optional<Terminated> terminated_from(const json::value* end) {
  if (end == nullptr || !end->is_object()) return std::nullopt;
  Terminated out;
  const auto code = static_cast<int>(json::int_at(*end, {"exitCode"}).value_or(0));
  const auto signal = static_cast<int>(json::int_at(*end, {"signal"}).value_or(0));
  out.how = {.code = signal == 0 ? code : 0, .signal = signal};
  out.reason = json::string_at(*end, {"reason"});
  out.message = json::string_at(*end, {"message"});
  out.started = parse_rfc3339(json::string_at(*end, {"startedAt"})).value_or(WallTime{});
  out.finished = parse_rfc3339(json::string_at(*end, {"finishedAt"})).value_or(WallTime{});
  return out;
}

/// What becomes of a container's status when its machine lost it.
void take_over(ContainerObserved& container, const json::value& status, WallTime now) {
  container.restarts = static_cast<int>(json::int_at(status, {"restartCount"}).value_or(0));
  container.last = terminated_from(json::find(status, {"lastState", "terminated"}));
  if (auto ended = terminated_from(json::find(status, {"state", "terminated"}))) {
    container.state = std::move(*ended);
  } else if (const json::value* running = json::find(status, {"state", "running"})) {
    const auto started = parse_rfc3339(json::string_at(*running, {"startedAt"})).value_or(now);
    container.state = Terminated{.how = {.code = kLostExitCode},
                                 .reason = "Unknown",
                                 .message = "the platform ended while the container ran",
                                 .started = started,
                                 .finished = now};
  }
}

}  // namespace

Terminated terminated(process::ExitStatus how, WallTime started, WallTime finished) {
  return {.how = how,
          .reason = how.success() ? "Completed" : "Error",
          .message = {},
          .started = started,
          .finished = finished};
}

std::string_view phase_of(const kube::Object& pod, const PodObserved& seen) {
  if (seen.rejected) return "Failed";
  const RestartPolicy policy = parse_restart_policy(json::string_at(pod, {"spec", "restartPolicy"}));
  if (seen.ended) return std::ranges::all_of(seen.containers, succeeded) ? "Succeeded" : "Failed";
  for (const ContainerObserved& container : seen.init_containers) {
    const bool failed = std::holds_alternative<Terminated>(container.state) && !succeeded(container);
    if (failed && policy == RestartPolicy::never) return "Failed";
  }
  if (!init_done(seen)) return "Pending";
  const Counts counts = count(seen.containers);
  if (counts.waiting > 0) return "Pending";
  if (counts.running > 0) return "Running";
  return phase_when_stopped(counts, policy);
}

kube::Object pod_status(const kube::Object& pod, const PodObserved& seen, WallTime now) {
  const std::string_view phase = phase_of(pod, seen);
  kube::Object out = kube::object_at(pod, {"status"});
  out["phase"] = phase;
  out["conditions"] = conditions_of(pod, seen, phase, now);
  out["hostIP"] = seen.host_ip;
  out["hostIPs"] = json::array{json::object{{"ip", seen.host_ip}}};
  out["podIP"] = seen.pod_ip;
  out["podIPs"] = json::array{json::object{{"ip", seen.pod_ip}}};
  out["startTime"] = format_rfc3339(seen.started);
  if (seen.rejected) {
    out["reason"] = seen.rejected->first;
    out["message"] = seen.rejected->second;
  }
  if (!seen.init_containers.empty()) out["initContainerStatuses"] = to_json(seen.init_containers);
  out["containerStatuses"] = to_json(seen.containers);
  return out;
}

std::vector<ContainerObserved> observed_before(const kube::Object& pod, std::string_view spec_list,
                                               std::string_view status_list, WallTime now) {
  std::vector<ContainerObserved> out;
  for (const json::value& container : kube::array_at(pod, {"spec", spec_list})) {
    ContainerObserved next;
    next.name = json::string_at(container, {"name"});
    next.image = json::string_at(container, {"image"});
    for (const json::value& status : kube::array_at(pod, {"status", status_list})) {
      if (json::string_at(status, {"name"}) == next.name) take_over(next, status, now);
    }
    out.push_back(std::move(next));
  }
  return out;
}

}  // namespace dynamo::node
