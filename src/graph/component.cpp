#include "graph/component.h"

#include <fmt/format.h>

#include "api/constants.h"
#include "api/validate.h"
#include "graph/checks.h"
#include "graph/defaults.h"
#include "graph/names.h"
#include "graph/objects.h"
#include "graph/pod.h"
#include "graph/rollout.h"

namespace dynamo::graph {
namespace {

std::string_view find_or_empty(const StringMap& map, std::string_view key) {
  const auto found = map.find(std::string(key));
  return found == map.end() ? std::string_view{} : std::string_view(found->second);
}

/// The graph that the component is part of, by its labels or by its owner.
std::string graph_of(const api::DynamoComponentDeployment& dcd) {
  for (const StringMap* labels : {&dcd.metadata.labels, &dcd.spec.labels}) {
    if (const auto name = find_or_empty(*labels, api::label::kGraphDeployment); !name.empty())
      return std::string(name);
  }
  for (const api::OwnerReference& owner : dcd.metadata.owner_references) {
    if (owner.kind == api::DynamoGraphDeployment::kKind) return owner.name;
  }
  return {};
}

StringMap labels_of(const api::DynamoComponentDeployment& dcd) {
  StringMap labels = dcd.spec.labels;
  for (const auto& [key, value] : dcd.metadata.labels) labels[key] = value;
  return labels;
}

Maker maker_of(const Component& component) {
  return {api::DynamoComponentDeployment::kKind, component.source.metadata};
}

Result<json::object> render_deployment(const Component& component) {
  auto strategy = deployment_strategy(component);
  if (!strategy) return std::unexpected(std::move(strategy.error()));
  auto pods = render_pod_template(component);
  if (!pods) return std::unexpected(std::move(pods.error()));

  const auto& spec = component.source.spec;
  StringMap labels = component.labels;
  set_unless_empty(labels, api::label::kBaseModelHash, component.model_hash);
  StringMap annotations = spec.annotations;
  if (spec.extra_pod_metadata) {
    for (const auto& [key, value] : spec.extra_pod_metadata->annotations) annotations[key] = value;
  }
  if (spec.model_ref) set_unless_empty(annotations, api::annotation::kBaseModel, spec.model_ref->name);

  json::object deployment = make_object(
      {"apps/v1", "Deployment", component.name, component.ns, labels, annotations}, maker_of(component));
  deployment["spec"] = {{"replicas", spec.wanted_replicas()},
                        {"selector", {{"matchLabels", {{api::label::kSelector, component.name}}}}},
                        {"strategy", std::move(*strategy)},
                        {"template", std::move(*pods)}};
  return deployment;
}

json::object service_port_of(NamedPort port) {
  return {{"name", port.name}, {"port", port.number}, {"targetPort", port.name}, {"protocol", "TCP"}};
}

/// What clients and, with Kubernetes discovery, the frontend find the component's pods by.
json::object render_service(const Component& component) {
  StringMap labels = component.labels;
  if (component.kubernetes_discovery()) {
    labels[std::string(api::label::kDiscoveryBackend)] = "kubernetes";
    labels[std::string(api::label::kDiscoveryEnabled)] = "true";
  }
  StringMap selector;
  set_unless_empty(selector, api::label::kComponentType, component.source.spec.component_type);
  set_unless_empty(selector, api::label::kDynamoNamespace, component.dynamo_namespace);
  set_unless_empty(selector, api::label::kComponent, component.service);

  json::object service =
      make_object({"v1", "Service", component.name, component.ns, labels}, maker_of(component));
  service["spec"] = {{"type", "ClusterIP"},
                     {"selector", to_json(selector)},
                     {"ports", json::array{service_port_of(service_port(component.role))}}};
  return service;
}

/// Finds all pods of a base model, whichever graph they are of. So it belongs to none of them, and stays.
json::object render_model_service(const Component& component) {
  const std::string& model = component.source.spec.model_ref->name;
  const StringMap by_hash{{std::string(api::label::kBaseModelHash), component.model_hash}};
  StringMap labels = by_hash;
  labels[std::string(api::label::kManagedBy)] = std::string(api::label::kManagedByOperator);
  json::object service = make_object({"v1",
                                      "Service",
                                      model_service_name(model),
                                      component.ns,
                                      labels,
                                      {{std::string(api::annotation::kBaseModel), model}}});
  service["spec"] = {{"type", "ClusterIP"},
                     {"clusterIP", "None"},
                     {"selector", to_json(by_hash)},
                     {"ports", json::array{service_port_of(service_port(Role::worker))}}};
  return service;
}

}  // namespace

std::string_view Component::annotation(std::string_view key) const {
  const std::string_view own = find_or_empty(source.spec.annotations, key);
  return own.empty() ? find_or_empty(source.metadata.annotations, key) : own;
}

Result<Component> make_component(const api::DynamoComponentDeployment& dcd, const ComponentFacts& facts) {
  if (auto checked = check_component(dcd); !checked) return std::unexpected(std::move(checked.error()));
  Component component{.source = dcd, .facts = facts, .name = dcd.metadata.name, .ns = dcd.metadata.ns};
  component.graph = graph_of(dcd);
  component.service = dcd.spec.service_name.empty() ? component.name : dcd.spec.service_name;
  component.dynamo_namespace = dcd.spec.dynamo_namespace;
  if (component.dynamo_namespace.empty() && (dcd.spec.global_dynamo_namespace || !component.graph.empty())) {
    component.dynamo_namespace = api::runtime_namespace(dcd.spec, component.ns, component.graph);
  }
  if (component.dynamo_namespace.empty()) {
    return fail(Errc::invalid,
                "spec.dynamoNamespace must be given for a component that is not part of a graph");
  }
  if (dcd.spec.model_ref) component.model_hash = model_hash(dcd.spec.model_ref->name);
  component.role = role_of(dcd.spec.component_type);
  const auto discovery = parse_discovery_backend(component.annotation(api::annotation::kDiscoveryBackend));
  component.discovery = discovery.value_or(facts.settings.discovery_backend);
  component.labels = labels_of(dcd);
  return component;
}

Result<std::vector<Rendered>> render_component(const api::DynamoComponentDeployment& dcd,
                                               const ComponentFacts& facts) {
  const auto component = make_component(dcd, facts);
  if (!component) return std::unexpected(component.error());
  auto deployment = render_deployment(*component);
  if (!deployment) return context("spec", std::move(deployment.error()));
  std::vector<Rendered> objects;
  objects.push_back({std::move(*deployment)});
  objects.push_back({render_service(*component)});
  if (dcd.spec.model_ref) objects.push_back({render_model_service(*component), WriteRule::create_only});
  return objects;
}

}  // namespace dynamo::graph
