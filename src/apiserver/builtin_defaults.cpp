#include "apiserver/builtin_defaults.h"

#include <algorithm>

#include "apiserver/default_helpers.h"
#include "apiserver/encoding.h"

namespace dynamo::apiserver {
namespace {

constexpr std::string_view kRbacGroup = "rbac.authorization.k8s.io";

void default_template(json::object& spec) {
  json::object& pod = json::ensure_object(spec, "template");
  default_pod_spec(json::ensure_object(pod, "spec"));
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

}  // namespace

void default_namespace(json::object& object) {
  const std::string name(kube::name_of(object));
  if (!name.empty()) kube::set_label(object, "kubernetes.io/metadata.name", name);
  set_default(json::ensure_object(object, "spec"), "finalizers", json::array{"kubernetes"});
  set_default(json::ensure_object(object, "status"), "phase", "Active");
}

void default_service(json::object& service) {
  json::object& spec = json::ensure_object(service, "spec");
  set_default(spec, "type", "ClusterIP");
  set_default(spec, "sessionAffinity", "None");
  for_each_object(spec, "ports", [](json::object& port) {
    set_default(port, "protocol", "TCP");
    if (const json::value* number = port.if_contains("port")) set_default(port, "targetPort", *number);
  });
  if (json::string_at(spec, {"type"}) == "ExternalName") return;
  set_default(spec, "internalTrafficPolicy", "Cluster");
  set_default(spec, "ipFamilies", json::array{"IPv4"});
  set_default(spec, "ipFamilyPolicy", "SingleStack");
  if (const json::value* address = spec.if_contains("clusterIP")) {
    const json::value copy = *address;
    set_default(spec, "clusterIPs", json::array{copy});
  }
  set_default(json::ensure_object(service, "status"), "loadBalancer", json::object{});
}

void default_secret(json::object& secret) {
  set_default(secret, "type", "Opaque");
  const json::object* plain = object_in(secret, "stringData");
  if (plain == nullptr) return;
  const json::object entries = *plain;
  json::object& data = json::ensure_object(secret, "data");
  for (const auto& entry : entries) {
    if (const json::string* text = entry.value().if_string())
      data[entry.key()] = encode_base64(kube::view(*text));
  }
  secret.erase("stringData");
}

void default_claim(json::object& claim) {
  set_default(json::ensure_object(claim, "spec"), "volumeMode", "Filesystem");
  set_default(json::ensure_object(claim, "status"), "phase", "Pending");
}

void default_event(json::object& event) {
  set_default(event, "type", "Normal");
  for (const auto member : {"source", "involvedObject"}) json::ensure_object(event, member);
}

void default_deployment(json::object& deployment) {
  json::object& spec = json::ensure_object(deployment, "spec");
  set_default(spec, "replicas", 1);
  set_default(spec, "revisionHistoryLimit", 10);
  set_default(spec, "progressDeadlineSeconds", 600);
  json::object& strategy = json::ensure_object(spec, "strategy");
  set_default(strategy, "type", "RollingUpdate");
  if (json::string_at(strategy, {"type"}) == "RollingUpdate") {
    json::object& rolling = json::ensure_object(strategy, "rollingUpdate");
    set_default(rolling, "maxSurge", "25%");
    set_default(rolling, "maxUnavailable", "25%");
  }
  default_template(spec);
  json::ensure_object(deployment, "status");
}

void default_replica_set(json::object& replica_set) {
  json::object& spec = json::ensure_object(replica_set, "spec");
  set_default(spec, "replicas", 1);
  default_template(spec);
  set_default(json::ensure_object(replica_set, "status"), "replicas", 0);
}

void default_endpoint_slice(json::object& slice) {
  for_each_object(slice, "ports", [](json::object& port) {
    set_default(port, "name", "");
    set_default(port, "protocol", "TCP");
  });
}

void default_autoscaler(json::object& autoscaler) {
  set_default(json::ensure_object(autoscaler, "spec"), "minReplicas", 1);
  json::ensure_object(autoscaler, "status");
}

void default_role_binding(json::object& binding) {
  if (json::object* role = object_in(binding, "roleRef")) set_default(*role, "apiGroup", kRbacGroup);
  for_each_object(binding, "subjects", [](json::object& subject) {
    const bool account = json::string_at(subject, {"kind"}) == "ServiceAccount";
    if (!account) set_default(subject, "apiGroup", kRbacGroup);
  });
}

void default_definition(json::object& definition) {
  json::object& spec = json::ensure_object(definition, "spec");
  set_default(json::ensure_object(spec, "conversion"), "strategy", "None");
  json::object& names = json::ensure_object(spec, "names");
  const std::string kind(json::string_at(names, {"kind"}));
  set_default(names, "singular", lower(kind));
  set_default(names, "listKind", kind + "List");
}

}  // namespace dynamo::apiserver
