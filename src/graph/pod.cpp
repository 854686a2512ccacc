#include "graph/pod.h"

#include "api/constants.h"
#include "graph/container.h"
#include "graph/names.h"
#include "graph/objects.h"
#include "graph/overlay.h"

namespace dynamo::graph {
namespace {

constexpr int kTerminationGraceSeconds = 60;
constexpr int kDefaultFsGroup = 1000;

std::map<std::string, std::string> pod_labels(const Component& component) {
  const auto& spec = component.source.spec;
  auto labels = component.labels;
  if (component.annotation(api::annotation::kEnableMetrics) != "false") {
    labels[std::string(api::label::kMetricsEnabled)] = "true";
  }
  set_unless_empty(labels, api::label::kGraphDeployment, component.graph);
  set_unless_empty(labels, api::label::kComponentType, spec.component_type);
  set_unless_empty(labels, api::label::kSubComponentType, spec.sub_component_type);
  set_unless_empty(labels, api::label::kComponent, component.service);
  set_unless_empty(labels, api::label::kDynamoNamespace, component.dynamo_namespace);
  set_unless_empty(labels, api::label::kBaseModelHash, component.model_hash);
  if (spec.extra_pod_metadata) {
    for (const auto& [key, value] : spec.extra_pod_metadata->labels) labels[key] = value;
  }
  // Not the user's to change: the Deployment finds its pods by it.
  labels[std::string(api::label::kSelector)] = component.name;
  return labels;
}

std::map<std::string, std::string> pod_annotations(const Component& component) {
  const auto& spec = component.source.spec;
  std::map<std::string, std::string> annotations;
  if (spec.extra_pod_metadata) annotations = spec.extra_pod_metadata->annotations;
  set_unless_empty(annotations, api::annotation::kRestartAt,
                   component.annotation(api::annotation::kRestartAt));
  if (spec.model_ref) set_unless_empty(annotations, api::annotation::kBaseModel, spec.model_ref->name);
  return annotations;
}

void add_pull_secrets(json::object& pod, const Component& component, const json::object& main) {
  if (component.annotation(api::annotation::kDisableImagePullSecretDiscovery) == "true") return;
  const auto found = component.facts.pull_secrets.find(registry_of(json::string_at(main, {"image"})));
  if (found == component.facts.pull_secrets.end()) return;
  json::array& secrets = ensure_array(pod, "imagePullSecrets");
  for (const std::string& name : found->second) {
    if (!find_by(secrets, "name", name)) secrets.push_back(json::object{{"name", name}});
  }
}

std::string account_of(const Component& component) {
  if (component.kubernetes_discovery() && !component.graph.empty())
    return discovery_account_name(component.graph);
  return component.facts.pod_accounts.empty() ? "default" : component.facts.pod_accounts.front();
}

json::object pod_spec(const Component& component, MainContainer main) {
  const auto& extra = component.source.spec.extra_pod_spec;
  json::object pod{{"restartPolicy", "Always"}, {"terminationGracePeriodSeconds", kTerminationGraceSeconds}};
  if (extra) overlay(pod, extra->pod_spec);
  const bool own_security = extra && extra->pod_spec.contains("securityContext");
  if (!own_security) pod["securityContext"] = {{"fsGroup", kDefaultFsGroup}};
  if (json::string_at(pod, {"serviceAccountName"}).empty()) pod["serviceAccountName"] = account_of(component);
  add_pull_secrets(pod, component, main.container);

  ensure_array(pod, "containers").push_back(std::move(main.container));
  for (json::value& volume : main.volumes) {
    if (!find_by(ensure_array(pod, "volumes"), "name", json::string_at(volume, {"name"}))) {
      ensure_array(pod, "volumes").push_back(std::move(volume));
    }
  }
  return pod;
}

}  // namespace

Result<json::object> render_pod_template(const Component& component) {
  auto main = render_main_container(component);
  if (!main) return std::unexpected(std::move(main.error()));
  json::object metadata{{"labels", to_json(pod_labels(component))}};
  if (const auto annotations = pod_annotations(component); !annotations.empty()) {
    metadata["annotations"] = to_json(annotations);
  }
  return json::object{{"metadata", std::move(metadata)}, {"spec", pod_spec(component, std::move(*main))}};
}

}  // namespace dynamo::graph
