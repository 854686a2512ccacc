#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "api/codec.h"
#include "api/component_deployment.h"
#include "api/graph_deployment.h"
#include "base/json.h"
#include "base/yaml.h"
#include "graph/component.h"
#include "graph/graph.h"

/// Builders and looks that the tests of this layer share.
namespace dynamo::graph::test {

inline json::value yaml(std::string_view text) {
  auto value = yaml::parse(text);
  if (!value) {
    ADD_FAILURE() << value.error().message << "\n" << text;
    return json::object{};
  }
  return *value;
}

/// Components need an image; most tests do not care which.
inline void give_image(api::ComponentSpec& spec) {
  if (!spec.extra_pod_spec) spec.extra_pod_spec.emplace();
  if (!spec.extra_pod_spec->main_container) spec.extra_pod_spec->main_container.emplace();
  json::object& container = *spec.extra_pod_spec->main_container;
  if (!container.contains("image")) container["image"] = "image";
}

/// A graph "g" in namespace "ns" with the spec given as YAML.
inline api::DynamoGraphDeployment make_graph(std::string_view spec) {
  api::DynamoGraphDeployment dgd;
  dgd.metadata.name = "g";
  dgd.metadata.ns = "ns";
  dgd.metadata.uid = "uid-g";
  dgd.metadata.generation = 1;
  auto decoded = api::part_from_json<api::DynamoGraphDeploymentSpec>(yaml(spec));
  if (!decoded) ADD_FAILURE() << decoded.error().message;
  if (decoded) dgd.spec = std::move(*decoded);
  for (auto& [name, service] : dgd.spec.services) give_image(service);
  return dgd;
}

/// The component that the operator would make of service "Svc" of graph "g", with the spec given as YAML.
inline api::DynamoComponentDeployment make_component(std::string_view spec) {
  api::DynamoComponentDeployment dcd;
  dcd.metadata.name = "g-svc";
  dcd.metadata.ns = "ns";
  dcd.metadata.uid = "uid-g-svc";
  dcd.metadata.generation = 1;
  auto decoded = api::part_from_json<api::DynamoComponentDeploymentSpec>(yaml(spec));
  if (!decoded) ADD_FAILURE() << decoded.error().message;
  if (decoded) dcd.spec = std::move(*decoded);
  give_image(dcd.spec);
  dcd.spec.service_name = "Svc";
  dcd.spec.dynamo_namespace = "ns-g";
  dcd.metadata.labels = {{"nvidia.com/dynamo-graph-deployment-name", "g"},
                         {"nvidia.com/dynamo-component", "Svc"},
                         {"nvidia.com/dynamo-namespace", "ns-g"}};
  dcd.spec.labels = dcd.metadata.labels;
  return dcd;
}

/// The object of that kind and name; an empty one, and a failed test, when there is none.
inline json::object find_object(const std::vector<Rendered>& objects, std::string_view kind,
                                std::string_view name) {
  for (const Rendered& one : objects) {
    const bool same = json::string_at(one.object, {"kind"}) == kind &&
                      json::string_at(one.object, {"metadata", "name"}) == name;
    if (same) return one.object;
  }
  ADD_FAILURE() << "no " << kind << " " << name;
  return {};
}
inline bool has_object(const std::vector<Rendered>& objects, std::string_view kind, std::string_view name) {
  return std::ranges::any_of(objects, [&](const Rendered& one) {
    return json::string_at(one.object, {"kind"}) == kind &&
           json::string_at(one.object, {"metadata", "name"}) == name;
  });
}

inline std::vector<Rendered> render(const api::DynamoGraphDeployment& dgd, const GraphFacts& facts = {}) {
  auto objects = render_graph(dgd, facts);
  if (!objects) ADD_FAILURE() << objects.error().message;
  return objects ? *objects : std::vector<Rendered>{};
}
inline std::vector<Rendered> render(const api::DynamoComponentDeployment& dcd,
                                    const ComponentFacts& facts = {}) {
  auto objects = render_component(dcd, facts);
  if (!objects) ADD_FAILURE() << objects.error().message;
  return objects ? *objects : std::vector<Rendered>{};
}
inline json::object deployment_of(const api::DynamoComponentDeployment& dcd,
                                  const ComponentFacts& facts = {}) {
  return find_object(render(dcd, facts), "Deployment", "g-svc");
}
inline json::object pod_of(const api::DynamoComponentDeployment& dcd, const ComponentFacts& facts = {}) {
  const json::object deployment = deployment_of(dcd, facts);
  const json::value* pod = json::find(deployment, {"spec", "template"});
  return pod && pod->is_object() ? pod->get_object() : json::object{};
}
/// The main container of the component's pods: the last one.
inline json::object main_of(const api::DynamoComponentDeployment& dcd, const ComponentFacts& facts = {}) {
  const json::object pod = pod_of(dcd, facts);
  const json::value* containers = json::find(pod, {"spec", "containers"});
  if (!containers || containers->as_array().empty()) return {};
  return containers->as_array().back().as_object();
}

/// What stands at a JSON pointer, as compact JSON with sorted keys; "absent" when nothing does.
inline std::string at(const json::object& object, std::string_view pointer) {
  const json::value whole = object;
  boost::system::error_code error;
  const json::value* found = whole.find_pointer(pointer, error);
  return found ? json::dump(*found) : "absent";
}

/// The entry of the container's env of that name as compact JSON; "absent" when there is none.
inline std::string env_entry(const json::object& container, std::string_view name) {
  const json::value* env = container.if_contains("env");
  if (!env) return "absent";
  for (const json::value& entry : env->as_array()) {
    if (json::string_at(entry, {"name"}) != name) continue;
    const json::value* value = entry.as_object().if_contains("value");
    return value ? std::string(json::string_at(*value, {})) : json::dump(entry.at("valueFrom"));
  }
  return "absent";
}

}  // namespace dynamo::graph::test
