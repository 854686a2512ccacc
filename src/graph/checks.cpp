#include "graph/checks.h"

#include <array>
#include <fmt/format.h>
#include <map>

#include "api/constants.h"
#include "api/validate.h"
#include "graph/env.h"
#include "graph/names.h"
#include "graph/overlay.h"
#include "schema/field_error.h"

namespace dynamo::graph {
namespace {

using schema::FieldError;
using schema::FieldErrorKind;

constexpr std::string_view kGroveGroup = "grove.io";
constexpr auto kDebugAnnotations = std::to_array<std::string_view>({
    "nvidia.com/enable-debug-mode",
    "nvidia.com/enable-stealing-traffic-debug-mode",
    "nvidia.com/enable-debug-pod-receive-production-traffic",
});

constexpr std::string_view kDeploymentConfig = "DYN_DEPLOYMENT_CONFIG";
constexpr std::string_view kDeploymentConfigAdvice =
    "DYN_DEPLOYMENT_CONFIG; set replicas and resources of the services themselves";

class Findings {
 public:
  void add(FieldError error) { errors_.push_back(std::move(error)); }
  void unsupported(const std::string& at, std::string_view what) {
    errors_.push_back(schema::forbidden(at, fmt::format("not supported yet: {}", what)));
  }
  void invalid(const std::string& at, std::string_view bad, std::string why) {
    errors_.push_back(schema::invalid(at, json::value(bad), std::move(why)));
  }
  void missing(const std::string& at, std::string_view name, std::string why) {
    errors_.push_back({at, FieldErrorKind::not_found, std::move(why), json::value(name)});
  }

  std::vector<FieldError> take() { return std::move(errors_); }

 private:
  std::vector<FieldError> errors_;
};

void check_annotations(const std::map<std::string, std::string>& annotations, const std::string& at,
                       Findings& findings) {
  for (const std::string_view key : kDebugAnnotations) {
    const auto found = annotations.find(std::string(key));
    if (found != annotations.end() && found->second == "true") {
      findings.unsupported(fmt::format("{}[{}]", at, key),
                           "debug modes; attach to the pod with `kubectl debug`");
    }
  }
  const auto backend = annotations.find(std::string(api::annotation::kDiscoveryBackend));
  if (backend != annotations.end() && !parse_discovery_backend(backend->second)) {
    findings.invalid(fmt::format("{}[{}]", at, backend->first), backend->second,
                     "must be kubernetes or etcd");
  }
}

/// Kubernetes would refuse the pods, with a path that is nowhere in the user's file.
void check_image(const api::ComponentSpec& spec, const std::string& at, Findings& findings) {
  const bool has_container = spec.extra_pod_spec && spec.extra_pod_spec->main_container;
  if (has_container && !json::string_at(*spec.extra_pod_spec->main_container, {"image"}).empty()) return;
  findings.add(schema::required(at + ".extraPodSpec.mainContainer.image", "there is no default image"));
}

void check_component_spec(const api::ComponentSpec& spec, const std::string& at, Findings& findings) {
  check_image(spec, at, findings);
  if (spec.component_type == api::component_type::kPlanner ||
      spec.component_type == api::component_type::kEpp) {
    findings.unsupported(
        at + ".componentType",
        fmt::format("components of type {}; use frontend, worker, prefill, decode or default",
                    spec.component_type));
  }
  if (spec.is_multinode()) {
    findings.unsupported(
        at + ".multinode",
        fmt::format("replicas of {} nodes; each replica is one pod on one node", spec.node_count()));
  }
  if (spec.checkpoint && spec.checkpoint->enabled) {
    findings.unsupported(at + ".checkpoint", "starting from a checkpoint; set enabled to false");
  }
  if (spec.ingress && spec.ingress->enabled) {
    findings.unsupported(
        at + ".ingress",
        "Ingress and VirtualService; set enabled to false and route to the component's Service");
  }
  if (find_by(spec.envs, "name", kDeploymentConfig))
    findings.unsupported(at + ".envs", kDeploymentConfigAdvice);
  check_annotations(spec.annotations, at + ".annotations", findings);
}

std::string service_path(std::string_view service) { return fmt::format("spec.services[{}]", service); }

void check_names(const api::DynamoGraphDeployment& dgd, Findings& findings) {
  for (FieldError& error : api::validate_names(dgd)) findings.add(std::move(error));
  std::map<std::string, std::string> taken;
  for (const auto& [service, spec] : dgd.spec.services) {
    const auto [other, fresh] = taken.emplace(component_name(dgd.metadata.name, service), service);
    if (fresh) continue;
    findings.invalid(
        service_path(service), service,
        fmt::format("has the same objects as {}: names must differ in more than case", other->second));
  }
  const std::string runtime = api::runtime_namespace({}, dgd.metadata.ns, dgd.metadata.name);
  if (const auto bad = api::check_label_value(runtime)) {
    findings.invalid("metadata.name", dgd.metadata.name,
                     fmt::format("the pods' label \"{}\", made of namespace and name, {}", runtime, *bad));
  }
}

void check_grove(const api::DynamoGraphDeployment& dgd, const GraphFacts& facts, Findings& findings) {
  if (!facts.api_groups.contains(std::string(kGroveGroup))) return;
  const auto wish = dgd.metadata.annotations.find(std::string(api::annotation::kEnableGrove));
  if (wish != dgd.metadata.annotations.end() && lower(wish->second) == "false") return;
  findings.unsupported(fmt::format("metadata.annotations[{}]", api::annotation::kEnableGrove),
                       "Grove, which this cluster has; set it to \"false\" to run the graph as Deployments");
}

void check_claims(const api::DynamoGraphDeployment& dgd, const GraphFacts& facts, Findings& findings) {
  for (std::size_t i = 0; i < dgd.spec.pvcs.size(); ++i) {
    const api::Pvc& claim = dgd.spec.pvcs[i];
    if (claim.create.value_or(false) || facts.claims.contains(claim.name)) continue;
    findings.missing(fmt::format("spec.pvcs[{}].name", i), claim.name,
                     "the namespace has no such PersistentVolumeClaim; make it, or set create to true");
  }
}

bool all(const std::vector<FieldError>& errors, FieldErrorKind kind) {
  return std::ranges::all_of(errors, [kind](const FieldError& error) { return error.kind == kind; });
}

Result<void> as_result(const std::vector<FieldError>& errors) {
  if (errors.empty()) return {};
  const Errc code = all(errors, FieldErrorKind::forbidden)   ? Errc::unsupported
                    : all(errors, FieldErrorKind::not_found) ? Errc::not_found
                                                             : Errc::invalid;
  return fail(code, schema::join(errors));
}

}  // namespace

std::vector<FieldError> find_problems(const api::DynamoGraphDeployment& dgd, const GraphFacts& facts) {
  Findings findings;
  check_grove(dgd, facts, findings);
  check_annotations(dgd.metadata.annotations, "metadata.annotations", findings);
  check_names(dgd, findings);
  for (const auto& [name, service] : dgd.spec.services)
    check_component_spec(service, service_path(name), findings);
  if (find_by(dgd.spec.envs, "name", kDeploymentConfig))
    findings.unsupported("spec.envs", kDeploymentConfigAdvice);
  check_claims(dgd, facts, findings);
  return findings.take();
}

std::vector<FieldError> find_problems(const api::DynamoComponentDeployment& dcd) {
  Findings findings;
  check_annotations(dcd.metadata.annotations, "metadata.annotations", findings);
  if (const auto bad = api::check_dns1035_label(dcd.metadata.name)) {
    findings.invalid("metadata.name", dcd.metadata.name, "the name of its Service, " + *bad);
  }
  check_component_spec(dcd.spec, "spec", findings);
  return findings.take();
}

Result<void> check_graph(const api::DynamoGraphDeployment& dgd, const GraphFacts& facts) {
  return as_result(find_problems(dgd, facts));
}
Result<void> check_component(const api::DynamoComponentDeployment& dcd) {
  return as_result(find_problems(dcd));
}

}  // namespace dynamo::graph
