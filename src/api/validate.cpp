#include "api/validate.h"

#include <algorithm>
#include <set>

#include "api/constants.h"

namespace dynamo::api {
namespace {

using schema::FieldError;

/// Collects what the rules below find in one component.
class ComponentRules {
 public:
  ComponentRules(const ComponentSpec& component, const std::string& path) : spec_(component), path_(path) {}

  void check(const std::string& runtime_ns, const ValidationContext& context) {
    deprecated_namespace(runtime_ns);
    replicas();
    ingress();
    volume_mounts();
    shared_memory();
    autoscaling();
    checkpoint();
    if (spec_.component_type == component_type::kEpp) endpoint_picker(context);
  }
  Findings take() { return std::move(found_); }

 private:
  void error(FieldError e) { found_.errors.push_back(std::move(e)); }
  std::string at(std::string_view field) const { return fmt::format("{}.{}", path_, field); }

  void deprecated_namespace(const std::string& runtime_ns) {
    if (spec_.dynamo_namespace.empty()) return;
    found_.warnings.push_back(fmt::format("{} is deprecated and ignored: \"{}\" is used instead of \"{}\"",
                                          at("dynamoNamespace"), runtime_ns, spec_.dynamo_namespace));
  }
  void replicas() {
    if (spec_.replicas && *spec_.replicas < 0) {
      error(schema::invalid(at("replicas"), json::value(*spec_.replicas), "must be 0 or more"));
    }
  }
  void ingress() {
    if (spec_.ingress && spec_.ingress->enabled && spec_.ingress->host.empty()) {
      error(schema::required(at("ingress.host"), "an ingress that is enabled needs a host"));
    }
  }
  void volume_mounts() {
    for (std::size_t i = 0; i < spec_.volume_mounts.size(); ++i) {
      const auto& mount = spec_.volume_mounts[i];
      if (!mount.mount_point.empty() || mount.use_as_compilation_cache) continue;
      error(schema::required(fmt::format("{}[{}].mountPoint", at("volumeMounts"), i),
                             "only a mount with useAsCompilationCache may leave it out"));
    }
  }
  void shared_memory() {
    if (!spec_.shared_memory || spec_.shared_memory->disabled) return;
    if (spec_.shared_memory->size && !spec_.shared_memory->size->is_zero()) return;
    error(schema::required(at("sharedMemory.size"), "a size is needed unless disabled is true"));
  }
  void autoscaling() {
    if (!spec_.autoscaling) return;
    found_.warnings.push_back(
        fmt::format("{} is deprecated and ignored: enable scalingAdapter and scale the "
                    "DynamoGraphDeploymentScalingAdapter "
                    "with HPA, KEDA or the planner",
                    at("autoscaling")));
  }
  /// The rule that the CustomResourceDefinition states in CEL.
  void checkpoint() {
    if (!spec_.checkpoint || !spec_.checkpoint->enabled || !spec_.checkpoint->checkpoint_ref.empty()) return;
    if (spec_.checkpoint->identity) return;  // its model and backendFramework are required by the schema
    error(schema::required(
        at("checkpoint.checkpointRef"),
        "an enabled checkpoint needs checkpointRef, or identity with model and backendFramework"));
  }
  void endpoint_picker(const ValidationContext& context) {
    if (context.has_inference_pool == false) {
      error(schema::forbidden(
          at("componentType"),
          "an epp component needs the Gateway API Inference Extension (InferencePool), which "
          "this cluster does not have"));
    }
    if (spec_.is_multinode()) error(schema::forbidden(at("multinode"), "an epp component runs on one node"));
    if (spec_.replicas && *spec_.replicas != 1) {
      error(schema::invalid(at("replicas"), json::value(*spec_.replicas),
                            "an epp component has exactly 1 replica"));
    }
    epp_config();
  }
  void epp_config() {
    if (!spec_.epp_config) return error(schema::required(at("eppConfig"), "an epp component needs it"));
    const EppConfig& config = *spec_.epp_config;
    if (!config.config_map_ref && !config.config) {
      error(schema::required(at("eppConfig"),
                             "one of configMapRef and config must be given; there is no default"));
    }
    if (config.config_map_ref && config.config) {
      error(schema::forbidden(at("eppConfig"), "configMapRef and config exclude each other"));
    }
    if (config.config_map_ref && config.config_map_ref->name.empty()) {
      error(schema::required(at("eppConfig.configMapRef.name")));
    }
  }

  const ComponentSpec& spec_;
  const std::string& path_;
  Findings found_;
};

void append(Findings& all, Findings more) {
  std::ranges::move(more.errors, std::back_inserter(all.errors));
  std::ranges::move(more.warnings, std::back_inserter(all.warnings));
}

void check_pvc(const Pvc& pvc, const std::string& path, std::vector<FieldError>& errors) {
  if (pvc.name.empty()) errors.push_back(schema::required(path + ".name"));
  if (!pvc.create.value_or(false)) return;
  constexpr std::string_view kWhy = "a claim to be made needs it";
  if (pvc.storage_class.empty())
    errors.push_back(schema::required(path + ".storageClass", std::string(kWhy)));
  if (!pvc.size || pvc.size->is_zero()) errors.push_back(schema::required(path + ".size", std::string(kWhy)));
  if (pvc.volume_access_mode.empty()) {
    errors.push_back(schema::required(path + ".volumeAccessMode", std::string(kWhy)));
  }
}

std::vector<std::string> names_of(const std::map<std::string, ComponentSpec>& services) {
  std::vector<std::string> names;
  for (const auto& [name, component] : services) names.push_back(name);
  return names;
}

void check_order(const RestartStrategy& strategy, const std::map<std::string, ComponentSpec>& services,
                 std::vector<FieldError>& errors) {
  const std::string path = "spec.restart.strategy.order";
  if (strategy.order.empty()) return;
  if (strategy.type == RestartStrategyType::parallel) {
    errors.push_back(schema::forbidden(path, "services that restart in parallel have no order"));
    return;
  }
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < strategy.order.size(); ++i) {
    const std::string& name = strategy.order[i];
    const std::string item = fmt::format("{}[{}]", path, i);
    if (!seen.insert(name).second) errors.push_back(schema::duplicate(item, json::value(name)));
    if (!services.contains(name)) {
      errors.push_back({item, schema::FieldErrorKind::not_found,
                        fmt::format("the services are {}", fmt::join(names_of(services), ", ")),
                        json::value(name)});
    }
  }
  if (seen.size() != services.size()) {
    errors.push_back(schema::invalid(path, boost::json::value_from(strategy.order),
                                     fmt::format("must name each of the {} services once: {}",
                                                 services.size(), fmt::join(names_of(services), ", "))));
  }
}

void check_quantity(const std::string& text, const std::string& path, std::vector<FieldError>& errors) {
  if (text.empty()) return;
  if (auto quantity = Quantity::parse(text); !quantity) {
    errors.push_back(schema::invalid(path, json::value(text), std::move(quantity.error().message)));
  }
}

void check_quantities(const ResourceItem& item, const std::string& path, std::vector<FieldError>& errors) {
  check_quantity(item.cpu, path + ".cpu", errors);
  check_quantity(item.memory, path + ".memory", errors);
  check_quantity(item.gpu, path + ".gpu", errors);
  for (const auto& [name, amount] : item.custom)
    check_quantity(amount, fmt::format("{}.custom.{}", path, name), errors);
}

}  // namespace

std::vector<FieldError> validate_quantities(const ComponentSpec& component, const std::string& path) {
  std::vector<FieldError> errors;
  if (!component.resources) return errors;
  const auto& [requests, limits, claims] = *component.resources;
  if (requests) check_quantities(*requests, path + ".resources.requests", errors);
  if (limits) check_quantities(*limits, path + ".resources.limits", errors);
  return errors;
}

std::string runtime_namespace(const ComponentSpec& component, const std::string& ns,
                              const std::string& graph) {
  return component.global_dynamo_namespace ? std::string(kGlobalDynamoNamespace) : ns + "-" + graph;
}

Findings validate_component(const ComponentSpec& component, const std::string& path,
                            const std::string& runtime_ns, const ValidationContext& context) {
  ComponentRules rules(component, path);
  rules.check(runtime_ns, context);
  return rules.take();
}

Findings validate_graph_deployment(const DynamoGraphDeployment& graph, const ValidationContext& context) {
  Findings found;
  const auto& spec = graph.spec;
  if (spec.services.empty())
    found.errors.push_back(schema::required("spec.services", "a graph has at least one service"));
  for (std::size_t i = 0; i < spec.pvcs.size(); ++i) {
    check_pvc(spec.pvcs[i], fmt::format("spec.pvcs[{}]", i), found.errors);
  }
  if (spec.restart) {
    if (spec.restart->id.empty()) found.errors.push_back(schema::required("spec.restart.id"));
    if (spec.restart->strategy) check_order(*spec.restart->strategy, spec.services, found.errors);
  }
  for (const auto& [name, component] : spec.services) {
    append(found,
           validate_component(component, fmt::format("spec.services[{}]", name),
                              runtime_namespace(component, graph.metadata.ns, graph.metadata.name), context));
  }
  return found;
}

Findings validate_component_deployment(const DynamoComponentDeployment& component,
                                       const ValidationContext& context) {
  const auto& owners = component.metadata.owner_references;
  const auto graph = std::ranges::find(owners, DynamoGraphDeployment::kKind, &OwnerReference::kind);
  const std::string graph_name = graph == owners.end() ? "" : graph->name;
  return validate_component(component.spec, "spec",
                            runtime_namespace(component.spec, component.metadata.ns, graph_name), context);
}

}  // namespace dynamo::api
