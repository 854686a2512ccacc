#include "node/probe.h"

#include "kube/object.h"

namespace dynamo::node {
namespace {

std::chrono::seconds seconds_at(const json::value& probe, std::string_view field, std::int64_t fallback) {
  return std::chrono::seconds{json::int_at(probe, {field}).value_or(fallback)};
}

/// A port as a number, or by the name that the container gives it.
Result<std::uint16_t> port_of(const json::object& container, const json::value* port) {
  std::optional<std::int64_t> number;
  if (port != nullptr) number = json::int_at(*port, {});
  if (port != nullptr && port->is_string()) {
    const std::string_view name = kube::view(port->get_string());
    for (const json::value& entry : kube::array_at(container, {"ports"})) {
      if (json::string_at(entry, {"name"}) == name) number = json::int_at(entry, {"containerPort"});
    }
    if (!number) return fail(Errc::invalid, fmt::format("the container has no port named {}", name));
  }
  if (number && *number >= 1 && *number <= 65535) return static_cast<std::uint16_t>(*number);
  return fail(Errc::invalid, "port must be 1 to 65535, or the name of a port of the container");
}

Result<HttpProbe> parse_http(const json::object& container, const json::value& action,
                             std::string_view pod_ip) {
  const auto port = port_of(container, json::find(action, {"port"}));
  if (!port) return std::unexpected(port.error());
  HttpProbe out;
  out.url.tls = json::string_at(action, {"scheme"}) == "HTTPS";
  out.url.host = json::string_at(action, {"host"}, pod_ip);
  out.url.port = *port;
  out.url.target = json::string_at(action, {"path"}, "/");
  if (!out.url.target.starts_with('/')) out.url.target.insert(0, "/");
  if (!action.is_object()) return out;
  for (const json::value& header : kube::array_at(action.get_object(), {"httpHeaders"})) {
    out.headers.add(std::string(json::string_at(header, {"name"})),
                    std::string(json::string_at(header, {"value"})));
  }
  return out;
}

Result<TcpProbe> parse_tcp(const json::object& container, const json::value& action,
                           std::string_view pod_ip) {
  const auto port = port_of(container, json::find(action, {"port"}));
  if (!port) return std::unexpected(port.error());
  return TcpProbe{std::string(json::string_at(action, {"host"}, pod_ip)), *port};
}

Result<ExecProbe> parse_exec(const json::value& action) {
  ExecProbe out;
  if (action.is_object()) {
    for (const json::value& word : kube::array_at(action.get_object(), {"command"})) {
      if (word.is_string()) out.command.emplace_back(word.get_string());
    }
  }
  if (out.command.empty()) return fail(Errc::invalid, "exec.command must not be empty");
  return out;
}

Result<void> parse_action(const json::object& container, const json::value& probe, std::string_view pod_ip,
                          ProbeSpec& out) {
  const auto take = [&out](auto parsed) -> Result<void> {
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    out.action = std::move(*parsed);
    return {};
  };
  if (const json::value* http = json::find(probe, {"httpGet"}))
    return take(parse_http(container, *http, pod_ip));
  if (const json::value* tcp = json::find(probe, {"tcpSocket"}))
    return take(parse_tcp(container, *tcp, pod_ip));
  if (const json::value* exec = json::find(probe, {"exec"})) return take(parse_exec(*exec));
  if (json::find(probe, {"grpc"}) != nullptr) {
    return fail(Errc::unsupported,
                "gRPC probes are not available on one machine; use httpGet, tcpSocket or exec");
  }
  return fail(Errc::invalid, "it must have httpGet, tcpSocket or exec");
}

}  // namespace

Result<std::optional<ProbeSpec>> parse_probe(const json::object& container, std::string_view field,
                                             std::string_view pod_ip) {
  const json::value* probe = json::find(container, {field});
  if (probe == nullptr || !probe->is_object()) return std::nullopt;
  ProbeSpec out;
  if (auto done = parse_action(container, *probe, pod_ip, out); !done) {
    return context(field, std::move(done.error()));
  }
  out.initial_delay = seconds_at(*probe, "initialDelaySeconds", 0);
  out.period = std::max(seconds_at(*probe, "periodSeconds", 10), std::chrono::seconds{1});
  out.timeout = std::max(seconds_at(*probe, "timeoutSeconds", 1), std::chrono::seconds{1});
  out.success_threshold = static_cast<int>(json::int_at(*probe, {"successThreshold"}).value_or(1));
  out.failure_threshold = static_cast<int>(json::int_at(*probe, {"failureThreshold"}).value_or(3));
  if (const auto grace = json::int_at(*probe, {"terminationGracePeriodSeconds"})) {
    out.termination_grace = std::chrono::seconds{*grace};
  }
  return out;
}

ProbeState::ProbeState(const ProbeSpec& spec, TimePoint container_started, TimePoint now)
    : period_(spec.period),
      success_threshold_(spec.success_threshold),
      failure_threshold_(spec.failure_threshold),
      due_(now),
      next_counted_(container_started + std::max(spec.initial_delay, kSettling)) {}

ProbeState::Verdict ProbeState::observe(bool success, TimePoint now) {
  const Verdict verdict = success ? observe_success() : observe_failure(now);
  due_ = now + (succeeded_once_ ? period_ : std::min<Duration>(kEager, period_));
  return verdict;
}

ProbeState::Verdict ProbeState::observe_success() {
  failures_ = 0;
  if (++successes_ < success_threshold_) return {};
  succeeded_once_ = true;
  return {.changed = std::exchange(status_, ProbeStatus::success) != ProbeStatus::success};
}

ProbeState::Verdict ProbeState::observe_failure(TimePoint now) {
  successes_ = 0;
  if (!succeeded_once_) {
    if (now < next_counted_) return {};
    next_counted_ = now + period_;
  }
  if (++failures_ < failure_threshold_) return {.counted_failure = true};
  return {.changed = std::exchange(status_, ProbeStatus::failure) != ProbeStatus::failure,
          .counted_failure = true};
}

}  // namespace dynamo::node
