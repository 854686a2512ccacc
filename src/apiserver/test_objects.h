#pragma once

#include <fmt/format.h>
#include <string>
#include <string_view>

/// Objects that the tests of the server write, and where.
namespace dynamo::apiserver {

inline std::string config_map(std::string_view name, std::string_view rest = R"("data":{"a":"1"})") {
  return fmt::format(R"({{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{}"}},{}}})", name, rest);
}
inline std::string pod(std::string_view name, std::string_view spec = "") {
  return fmt::format(
      R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}"}},"spec":{{"containers":[{{"name":"c","image":"i"}}]{}}}}})",
      name, spec);
}
inline std::string deployment(std::string_view name, int replicas = 2) {
  return fmt::format(
      R"({{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"{}"}},"spec":{{"replicas":{},)"
      R"("selector":{{"matchLabels":{{"a":"b"}}}},"template":{{"metadata":{{"labels":{{"a":"b"}}}},)"
      R"("spec":{{"containers":[{{"name":"c","image":"i:1","ports":[{{"containerPort":80}}]}}]}}}}}}}})",
      name, replicas);
}

inline const std::string kConfigMaps = "/api/v1/namespaces/default/configmaps";
inline const std::string kPods = "/api/v1/namespaces/default/pods";
inline const std::string kDeployments = "/apis/apps/v1/namespaces/default/deployments";
inline const std::string kGraphs = "/apis/nvidia.com/v1alpha1/namespaces/default/dynamographdeployments";
inline const std::string kDefinitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
inline const std::string kWidgets = "/apis/example.com/v1/namespaces/default/widgets";

/// A kind that users bring: with a status, a scale and columns.
inline constexpr std::string_view kWidget =
    R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
  "metadata":{"name":"widgets.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
  "names":{"plural":"widgets","kind":"Widget","shortNames":["wd"]},"versions":[{"name":"v1","served":true,"storage":true,
  "subresources":{"status":{},"scale":{"specReplicasPath":".spec.size","statusReplicasPath":".status.size"}},
  "additionalPrinterColumns":[{"name":"Size","type":"integer","jsonPath":".spec.size"},
    {"name":"Ready","type":"string","jsonPath":".status.conditions[?(@.type==\"Ready\")].status"}],
  "schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","required":["size"],"properties":{
    "size":{"type":"integer","minimum":1},"color":{"type":"string","default":"red"}}},
    "status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}]}})";

}  // namespace dynamo::apiserver
