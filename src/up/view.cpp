#include "up/view.h"

#include "api/constants.h"
#include "base/table.h"

namespace dynamo::up {
namespace {

constexpr std::string_view kEngineAnnotation = "dynamo.nvidia.com/engine";

struct Tally {
  std::size_t ready = 0;
  std::size_t containers = 0;
  std::int64_t restarts = 0;
};

Tally tally_of(const kube::Object& pod) {
  Tally out;
  out.containers = kube::array_at(pod, {"spec", "containers"}).size();
  for (const json::value& status : kube::array_at(pod, {"status", "containerStatuses"})) {
    if (json::bool_at(status, {"ready"})) ++out.ready;
    out.restarts += json::int_at(status, {"restartCount"}).value_or(0);
  }
  return out;
}

/// "process://12" → "12", of every container.
std::string pids_of(const kube::Object& pod) {
  std::string out;
  for (const json::value& status : kube::array_at(pod, {"status", "containerStatuses"})) {
    const std::string_view id = json::string_at(status, {"containerID"});
    const bool runs = json::find(status, {"state", "running"}) != nullptr;
    if (runs && id.starts_with("process://"))
      out += fmt::format("{}{}", out.empty() ? "" : ",", id.substr(10));
  }
  return out.empty() ? "-" : out;
}

std::string age_of(const kube::Object& object, WallTime now) {
  const auto created = kube::creation_time(object);
  if (!created) return "-";
  return format_age(std::chrono::duration_cast<std::chrono::seconds>(now - *created));
}

std::string url_of(const kube::Object& graph, const PublishedUrls& urls) {
  const auto at = urls.find(kube::key_of(graph));
  return at == urls.end() ? "-" : at->second;
}

std::string_view or_dash(std::string_view text) { return text.empty() ? "-" : text; }

/// How far the init containers are, when they are not through.
std::string init_state(const kube::Object& pod) {
  const std::size_t all = kube::array_at(pod, {"spec", "initContainers"}).size();
  std::size_t done = 0;
  for (const json::value& status : kube::array_at(pod, {"status", "initContainerStatuses"})) {
    if (json::int_at(status, {"state", "terminated", "exitCode"}) == 0) ++done;
  }
  return done < all ? fmt::format("Init:{}/{}", done, all) : "";
}

}  // namespace

std::string pod_state(const kube::Object& pod) {
  if (kube::is_deleting(pod)) return "Terminating";
  if (const auto reason = json::string_at(pod, {"status", "reason"}); !reason.empty())
    return std::string(reason);
  if (std::string init = init_state(pod); !init.empty()) return init;
  for (const json::value& status : kube::array_at(pod, {"status", "containerStatuses"})) {
    for (const char* state : {"waiting", "terminated"}) {
      const std::string_view reason = json::string_at(status, {"state", state, "reason"});
      if (!reason.empty()) return std::string(reason);
    }
  }
  return std::string(json::string_at(pod, {"status", "phase"}, "Pending"));
}

bool is_ready(const kube::Object& pod) {
  for (const json::value& condition : kube::array_at(pod, {"status", "conditions"})) {
    if (json::string_at(condition, {"type"}) == "Ready")
      return json::string_at(condition, {"status"}) == "True";
  }
  return false;
}

kube::NamespacedName graph_of(const kube::Object& pod) {
  return {std::string(kube::namespace_of(pod)), std::string(kube::label(pod, api::label::kGraphDeployment))};
}

std::vector<net::Endpoint> frontends_of(const kube::NamespacedName& graph,
                                        std::span<const kube::ObjectPtr> pods) {
  std::vector<net::Endpoint> out;
  for (const kube::ObjectPtr& pod : pods) {
    const bool frontend = kube::label(*pod, api::label::kComponentType) == "frontend";
    if (!frontend || graph_of(*pod) != graph || !is_ready(*pod) || kube::is_deleting(*pod)) continue;
    std::uint16_t port = api::port::kHttp;
    for (const json::value& container : kube::array_at(*pod, {"spec", "containers"})) {
      for (const json::value& entry : kube::array_at(container.get_object(), {"ports"})) {
        if (json::string_at(entry, {"name"}) != api::port::kHttpName) continue;
        port = static_cast<std::uint16_t>(json::int_at(entry, {"containerPort"}).value_or(port));
      }
    }
    out.push_back({std::string(json::string_at(*pod, {"status", "podIP"})), port});
  }
  return out;
}

std::string graph_state(const kube::Object& graph) {
  return std::string(json::string_at(graph, {"status", "state"}, "pending"));
}

std::string overview(std::span<const kube::ObjectPtr> graphs, std::span<const kube::ObjectPtr> pods,
                     const PublishedUrls& urls, WallTime now) {
  TextTable graph_table({"NAMESPACE", "GRAPH", "STATE", "URL", "AGE"});
  for (const kube::ObjectPtr& graph : graphs) {
    graph_table.add({std::string(kube::namespace_of(*graph)), std::string(kube::name_of(*graph)),
                     graph_state(*graph), url_of(*graph, urls), age_of(*graph, now)});
  }
  TextTable pod_table({"POD", "READY", "STATUS", "RESTARTS", "PID", "ADDRESS", "ENGINE", "AGE"});
  for (const kube::ObjectPtr& pod : pods) {
    const Tally tally = tally_of(*pod);
    pod_table.add({std::string(kube::name_of(*pod)), fmt::format("{}/{}", tally.ready, tally.containers),
                   pod_state(*pod), std::to_string(tally.restarts), pids_of(*pod),
                   std::string(or_dash(json::string_at(*pod, {"status", "podIP"}))),
                   std::string(or_dash(kube::annotation(*pod, kEngineAnnotation))), age_of(*pod, now)});
  }
  std::string out;
  if (!graph_table.empty()) out += graph_table.to_string();
  if (!pod_table.empty()) out += (out.empty() ? "" : "\n") + pod_table.to_string();
  return out;
}

std::string graph_line(const kube::Object& graph, const PublishedUrls& urls) {
  const auto at = urls.find(kube::key_of(graph));
  return fmt::format("graph {}: {}{}", kube::key_of(graph).to_string(), graph_state(graph),
                     at == urls.end() ? "" : " at " + at->second);
}

std::string pod_line(const kube::Object& pod) {
  const Tally tally = tally_of(pod);
  std::string out = fmt::format("pod {}: {}, {}/{} ready", kube::key_of(pod).to_string(), pod_state(pod),
                                tally.ready, tally.containers);
  if (const std::string pids = pids_of(pod); pids != "-") out += fmt::format(", process {}", pids);
  if (tally.restarts > 0)
    out += fmt::format(", {} restart{}", tally.restarts, tally.restarts == 1 ? "" : "s");
  if (const auto engine = kube::annotation(pod, kEngineAnnotation); !engine.empty()) {
    out += fmt::format(", engine {}", engine);
  }
  return out;
}

}  // namespace dynamo::up
