#include "graph/defaults.h"

#include <array>
#include <span>
#include <string>

#include "api/constants.h"
#include "graph/env.h"

namespace dynamo::graph {
namespace {

struct HttpProbe {
  std::string_view field;
  std::string_view path;
  std::string_view port;
  int initial_delay;  // seconds; 0 = left to Kubernetes
  int period;
  int timeout;
  int failures;
};

constexpr auto kFrontendProbes = std::to_array<HttpProbe>({
    {"livenessProbe", "/live", api::port::kHttpName, 15, 10, 1, 3},
    {"readinessProbe", "/health", api::port::kHttpName, 10, 10, 3, 3},
});
constexpr auto kWorkerProbes = std::to_array<HttpProbe>({
    {"livenessProbe", "/live", api::port::kSystemName, 0, 5, 4, 1},
    {"readinessProbe", "/health", api::port::kSystemName, 0, 10, 4, 3},
    {"startupProbe", "/live", api::port::kSystemName, 0, 10, 5, 720},  // two hours to load a model
});

struct Variable {
  std::string_view name;
  std::string_view value;
};
constexpr auto kFrontendEnv = std::to_array<Variable>({
    {"DYNAMO_PORT", "8000"},
    {"DYN_HTTP_PORT", "8000"},
});
constexpr auto kWorkerEnv = std::to_array<Variable>({
    // The original turned this on in 2025 and off again for 1.0; off is also what the runtime does by itself.
    {"DYN_HEALTH_CHECK_ENABLED", "false"},
    {"DYN_SYSTEM_ENABLED", "true"},
    {"DYN_SYSTEM_PORT", "9090"},
    {"DYN_SYSTEM_USE_ENDPOINT_HEALTH_STATUS", R"(["generate"])"},
});

void add_probes(json::object& container, std::span<const HttpProbe> probes) {
  for (const HttpProbe& probe : probes) {
    json::object out{{"httpGet", {{"path", probe.path}, {"port", probe.port}}}};
    if (probe.initial_delay > 0) out["initialDelaySeconds"] = probe.initial_delay;
    out["periodSeconds"] = probe.period;
    out["timeoutSeconds"] = probe.timeout;
    out["failureThreshold"] = probe.failures;
    container[probe.field] = std::move(out);
  }
}

void add_env(json::object& container, std::span<const Variable> variables) {
  json::array env;
  for (const Variable& variable : variables) env.push_back(env_value(variable.name, variable.value));
  container["env"] = std::move(env);
}

void add_port(json::object& container, NamedPort port) {
  container["ports"] =
      json::array{{{"name", port.name}, {"containerPort", port.number}, {"protocol", "TCP"}}};
}

json::object frontend_container() {
  json::object container{
      {"name", api::kMainContainer}, {"command", {"python3"}}, {"args", {"-m", "dynamo.frontend"}}};
  add_port(container, service_port(Role::frontend));
  add_probes(container, kFrontendProbes);
  add_env(container, kFrontendEnv);
  return container;
}

json::object generic_container() { return {{"name", api::kMainContainer}, {"command", {"/bin/sh", "-c"}}}; }

json::object worker_container() {
  json::object container = generic_container();
  add_port(container, service_port(Role::worker));
  add_probes(container, kWorkerProbes);
  add_env(container, kWorkerEnv);
  return container;
}

}  // namespace

json::object default_container(Role role) {
  switch (role) {
    case Role::frontend:
      return frontend_container();
    case Role::worker:
      return worker_container();
    case Role::generic:
      return generic_container();
  }
  return generic_container();
}

NamedPort service_port(Role role) {
  if (role == Role::frontend) return {api::port::kHttpName, api::port::kHttp};
  return {api::port::kSystemName, api::port::kSystem};
}

}  // namespace dynamo::graph
