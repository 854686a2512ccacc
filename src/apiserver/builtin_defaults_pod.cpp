#include "apiserver/builtin_defaults.h"
#include "apiserver/default_helpers.h"

namespace dynamo::apiserver {
namespace {

constexpr int kFileMode = 0644;

/// Always for images without a tag or with :latest, as their content may change.
std::string_view pull_policy(std::string_view image) {
  if (image.find('@') != std::string_view::npos) return "IfNotPresent";
  const auto slash = image.rfind('/');
  const auto colon = image.rfind(':');
  const bool tagged = colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash);
  return !tagged || image.substr(colon + 1) == "latest" ? "Always" : "IfNotPresent";
}

void default_handler(json::object& handler) {
  if (json::object* get = object_in(handler, "httpGet")) {
    set_default(*get, "path", "/");
    set_default(*get, "scheme", "HTTP");
  }
  if (json::object* grpc = object_in(handler, "grpc")) set_default(*grpc, "service", "");
}

void default_probe(json::object& container, std::string_view name) {
  json::object* probe = object_in(container, name);
  if (probe == nullptr) return;
  default_handler(*probe);
  set_default(*probe, "timeoutSeconds", 1);
  set_default(*probe, "periodSeconds", 10);
  set_default(*probe, "successThreshold", 1);
  set_default(*probe, "failureThreshold", 3);
}

void default_field_ref(json::object& source) {
  if (json::object* field = object_in(source, "fieldRef")) set_default(*field, "apiVersion", "v1");
  if (json::object* resource = object_in(source, "resourceFieldRef")) set_default(*resource, "divisor", "0");
}

/// What is limited and not requested is requested up to the limit.
void default_requests(json::object& container) {
  json::object& resources = json::ensure_object(container, "resources");
  const json::object* limits = object_in(resources, "limits");
  if (limits == nullptr || limits->empty()) return;
  const json::object wanted = *limits;
  json::object& requests = json::ensure_object(resources, "requests");
  for (const auto& limit : wanted) set_default(requests, limit.key(), limit.value());
}

void default_container(json::object& container) {
  set_default(container, "terminationMessagePath", "/dev/termination-log");
  set_default(container, "terminationMessagePolicy", "File");
  set_default(container, "imagePullPolicy", pull_policy(json::string_at(container, {"image"})));
  set_default(container, "resources", json::object{});
  for_each_object(container, "ports", [](json::object& port) { set_default(port, "protocol", "TCP"); });
  for (const auto probe : {"livenessProbe", "readinessProbe", "startupProbe"})
    default_probe(container, probe);
  if (json::object* lifecycle = object_in(container, "lifecycle")) {
    for (const auto hook : {"postStart", "preStop"}) {
      if (json::object* handler = object_in(*lifecycle, hook)) default_handler(*handler);
    }
  }
  for_each_object(container, "env", [](json::object& env) {
    if (json::object* source = object_in(env, "valueFrom")) default_field_ref(*source);
  });
}

void default_downward_items(json::object& source) {
  for_each_object(source, "items", [](json::object& item) { default_field_ref(item); });
}

void default_volume_source(json::object& volume) {
  for (const auto kind : {"secret", "configMap", "projected", "downwardAPI"}) {
    if (json::object* source = object_in(volume, kind)) set_default(*source, "defaultMode", kFileMode);
  }
  if (json::object* source = object_in(volume, "downwardAPI")) default_downward_items(*source);
  if (json::object* source = object_in(volume, "hostPath")) set_default(*source, "type", "");
  if (json::object* source = object_in(volume, "projected")) {
    for_each_object(*source, "sources", [](json::object& part) {
      if (json::object* token = object_in(part, "serviceAccountToken"))
        set_default(*token, "expirationSeconds", 3600);
      if (json::object* downward = object_in(part, "downwardAPI")) default_downward_items(*downward);
    });
  }
}

/// Guaranteed, Burstable or BestEffort, from cpu and memory of all containers.
std::string_view qos_class(const json::object& spec) {
  bool any = false;
  bool guaranteed = true;
  for (const auto& container : kube::array_at(spec, {"containers"})) {
    for (const auto resource : {"cpu", "memory"}) {
      const json::value* limit = json::find(container, {"resources", "limits", resource});
      const json::value* request = json::find(container, {"resources", "requests", resource});
      any = any || limit != nullptr || request != nullptr;
      guaranteed = guaranteed && limit != nullptr && request != nullptr && *limit == *request;
    }
  }
  return !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
}

}  // namespace

void default_pod_spec(json::object& spec) {
  set_default(spec, "restartPolicy", "Always");
  set_default(spec, "dnsPolicy", "ClusterFirst");
  set_default(spec, "schedulerName", "default-scheduler");
  set_default(spec, "terminationGracePeriodSeconds", 30);
  set_default(spec, "securityContext", json::object{});
  const auto account =
      json::string_at(spec, {"serviceAccountName"}, json::string_at(spec, {"serviceAccount"}));
  if (!account.empty()) {
    const std::string name(account);
    spec["serviceAccountName"] = name;
    spec["serviceAccount"] = name;
  }
  for (const auto list : {"initContainers", "containers", "ephemeralContainers"}) {
    for_each_object(spec, list, default_container);
  }
  for_each_object(spec, "volumes", default_volume_source);
}

void default_pod(json::object& pod) {
  json::object& spec = json::ensure_object(pod, "spec");
  default_pod_spec(spec);
  for (const auto list : {"initContainers", "containers"}) for_each_object(spec, list, default_requests);
  set_default(spec, "enableServiceLinks", true);
  set_default(spec, "serviceAccountName", "default");
  set_default(spec, "serviceAccount", "default");
  json::object& status = json::ensure_object(pod, "status");
  set_default(status, "phase", "Pending");
  set_default(status, "qosClass", qos_class(spec));
}

}  // namespace dynamo::apiserver
