#include "graph/graph.h"

#include "api/codec.h"
#include "api/constants.h"
#include "api/scaling_adapter.h"
#include "api/validate.h"
#include "graph/checks.h"
#include "graph/discovery_access.h"
#include "graph/env.h"
#include "graph/names.h"
#include "graph/objects.h"
#include "graph/restart.h"

namespace dynamo::graph {
namespace {

using api::ComponentSpec;
using api::DynamoGraphDeployment;

/// Annotations of the graph that its components follow, too.
constexpr auto kPassedOn = std::to_array<std::string_view>({
    api::annotation::kEnableMetrics,
    api::annotation::kDiscoveryBackend,
    api::annotation::kOperatorOriginVersion,
});

Maker maker_of(const DynamoGraphDeployment& dgd) { return {DynamoGraphDeployment::kKind, dgd.metadata}; }

Rendered render_claim(const DynamoGraphDeployment& dgd, const api::Pvc& claim) {
  json::object object =
      make_object({"v1", "PersistentVolumeClaim", claim.name, dgd.metadata.ns}, maker_of(dgd));
  const std::string size = claim.size ? claim.size->to_string() : std::string{};
  object["spec"] = {{"accessModes", json::array{json::value(claim.volume_access_mode)}},
                    {"storageClassName", claim.storage_class},
                    {"resources", {{"requests", {{"storage", size}}}}}};
  return {std::move(object), WriteRule::create_only};
}

/// What names a service of the graph: on its component, its pods and its adapter.
StringMap service_labels(const DynamoGraphDeployment& dgd, const std::string& service) {
  return {{std::string(api::label::kGraphDeployment), dgd.metadata.name},
          {std::string(api::label::kComponent), service}};
}

Rendered render_adapter(const DynamoGraphDeployment& dgd, const std::string& service, std::int32_t replicas) {
  const NewObject what{.api_version = api::kApiVersion,
                       .kind = api::DynamoGraphDeploymentScalingAdapter::kKind,
                       .name = component_name(dgd.metadata.name, service),
                       .ns = dgd.metadata.ns,
                       .labels = service_labels(dgd, service)};
  json::object object = make_object(what, maker_of(dgd));
  object["spec"] = {{"replicas", replicas},
                    {"dgdRef", {{"name", dgd.metadata.name}, {"serviceName", service}}}};
  return {std::move(object), WriteRule::keep_but_scale};
}

StringMap component_annotations(const DynamoGraphDeployment& dgd, const ComponentSpec& spec,
                                const std::string& stamp) {
  StringMap annotations = spec.annotations;
  for (const std::string_view key : kPassedOn) {
    const auto found = dgd.metadata.annotations.find(std::string(key));
    if (found != dgd.metadata.annotations.end()) annotations.insert(*found);
  }
  set_unless_empty(annotations, api::annotation::kRestartAt, stamp);
  return annotations;
}

class Services {
 public:
  Services(const DynamoGraphDeployment& dgd, const GraphFacts& facts)
      : dgd_(dgd),
        facts_(facts),
        stamps_(restart_stamps(dgd, advance_restart(dgd, facts.components), facts.components)) {}

  std::int32_t replicas_of(const std::string& service, const ComponentSpec& spec) const {
    const auto adapter = facts_.adapter_replicas.find(service);
    const bool adapted = spec.has_scaling_adapter() && adapter != facts_.adapter_replicas.end();
    return adapted ? adapter->second : spec.wanted_replicas();
  }

  Rendered render_component(const std::string& service, const ComponentSpec& spec) const {
    api::DynamoComponentDeploymentSpec out;
    static_cast<ComponentSpec&>(out) = spec;
    out.service_name = service;
    out.dynamo_namespace = api::runtime_namespace(spec, dgd_.metadata.ns, dgd_.metadata.name);
    out.backend_framework = dgd_.spec.backend_framework;
    out.replicas = replicas_of(service, spec);
    out.envs = order_env(merge_env(dgd_.spec.envs, spec.envs));
    const auto stamp = stamps_.find(service);
    out.annotations =
        component_annotations(dgd_, spec, stamp == stamps_.end() ? std::string{} : stamp->second);
    StringMap own = service_labels(dgd_, service);
    own[std::string(api::label::kDynamoNamespace)] = out.dynamo_namespace;
    for (const auto& [key, value] : own) out.labels[key] = value;

    const NewObject what{.api_version = api::kApiVersion,
                         .kind = api::DynamoComponentDeployment::kKind,
                         .name = component_name(dgd_.metadata.name, service),
                         .ns = dgd_.metadata.ns,
                         .labels = out.labels};
    json::object object = make_object(what, maker_of(dgd_));
    object["spec"] = api::part_to_json(out);
    return {std::move(object)};
  }

 private:
  const DynamoGraphDeployment& dgd_;
  const GraphFacts& facts_;
  std::map<std::string, std::string> stamps_;
};

}  // namespace

DiscoveryBackend discovery_of(const DynamoGraphDeployment& dgd, const Settings& settings) {
  const auto found = dgd.metadata.annotations.find(std::string(api::annotation::kDiscoveryBackend));
  if (found == dgd.metadata.annotations.end()) return settings.discovery_backend;
  return parse_discovery_backend(found->second).value_or(settings.discovery_backend);
}

Result<std::vector<Rendered>> render_graph(const DynamoGraphDeployment& dgd, const GraphFacts& facts) {
  if (auto checked = check_graph(dgd, facts); !checked) return std::unexpected(std::move(checked.error()));
  std::vector<Rendered> objects;
  for (const api::Pvc& claim : dgd.spec.pvcs) {
    if (claim.create.value_or(false)) objects.push_back(render_claim(dgd, claim));
  }
  if (discovery_of(dgd, facts.settings) == DiscoveryBackend::kubernetes) {
    for (json::object& object : render_discovery_access(dgd)) objects.push_back({std::move(object)});
  }
  const Services services(dgd, facts);
  for (const auto& [name, spec] : dgd.spec.services) {
    objects.push_back(services.render_component(name, spec));
    if (spec.has_scaling_adapter()) {
      objects.push_back(render_adapter(dgd, name, services.replicas_of(name, spec)));
    }
  }
  return objects;
}

}  // namespace dynamo::graph
