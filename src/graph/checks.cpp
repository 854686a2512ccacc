#include "graph/checks.h"

#include <array>
#include <fmt/format.h>
#include <map>

#include "api/constants.h"
#include "graph/env.h"
#include "graph/names.h"
#include "graph/overlay.h"
#include "schema/field_error.h"

namespace dynamo::graph {
namespace {

using schema::FieldError;
using schema::FieldErrorKind;
using schema::FieldPath;

constexpr std::string_view kGroveGroup = "grove.io";
constexpr auto kDebugAnnotations = std::to_array<std::string_view>({
    "nvidia.com/enable-debug-mode",
    "nvidia.com/enable-stealing-traffic-debug-mode",
    "nvidia.com/enable-debug-pod-receive-production-traffic",
});

class Findings {
 public:
  void unsupported(const FieldPath& at, std::string_view what) {
    errors_.push_back(schema::forbidden(at.str(), fmt::format("not supported yet: {}", what)));
  }
  void invalid(const FieldPath& at, std::string_view bad, std::string why) {
    errors_.push_back(schema::invalid(at.str(), json::value(bad), std::move(why)));
  }
  void missing(const FieldPath& at, std::string_view name, std::string why) {
    errors_.push_back({at.str(), FieldErrorKind::not_found, std::move(why), json::value(name)});
  }

  Result<void> result() const {
    if (errors_.empty()) return {};
    return fail(code(), schema::join(errors_));
  }

 private:
  bool all(FieldErrorKind kind) const {
    return std::ranges::all_of(errors_, [kind](const FieldError& error) { return error.kind == kind; });
  }
  Errc code() const {
    if (all(FieldErrorKind::forbidden)) return Errc::unsupported;
    return all(FieldErrorKind::not_found) ? Errc::not_found : Errc::invalid;
  }

  std::vector<FieldError> errors_;
};

void check_annotations(const std::map<std::string, std::string>& annotations, const FieldPath& at,
                       Findings& findings) {
  for (const std::string_view key : kDebugAnnotations) {
    const auto found = annotations.find(std::string(key));
    if (found != annotations.end() && found->second == "true") {
      findings.unsupported(at.member(key), "debug modes; attach to the pod with `kubectl debug`");
    }
  }
  const auto backend = annotations.find(std::string(api::annotation::kDiscoveryBackend));
  if (backend != annotations.end() && !parse_discovery_backend(backend->second)) {
    findings.invalid(at.member(backend->first), backend->second, "must be kubernetes or etcd");
  }
}

void check_component_spec(const api::ComponentSpec& spec, const FieldPath& at, Findings& findings) {
  if (spec.component_type == api::component_type::kPlanner ||
      spec.component_type == api::component_type::kEpp) {
    findings.unsupported(
        at.member("componentType"),
        fmt::format("components of type {}; use frontend, worker, prefill, decode or default",
                    spec.component_type));
  }
  if (spec.is_multinode()) {
    findings.unsupported(
        at.member("multinode"),
        fmt::format("replicas of {} nodes; each replica is one pod on one node", spec.node_count()));
  }
  if (spec.checkpoint && spec.checkpoint->enabled) {
    findings.unsupported(at.member("checkpoint"), "starting from a checkpoint; set enabled to false");
  }
  if (spec.ingress && spec.ingress->enabled) {
    findings.unsupported(
        at.member("ingress"),
        "Ingress and VirtualService; set enabled to false and route to the component's Service");
  }
  if (find_by(spec.envs, "name", "DYN_DEPLOYMENT_CONFIG")) {
    findings.unsupported(at.member("envs"),
                         "DYN_DEPLOYMENT_CONFIG; set replicas and resources of the services themselves");
  }
  const FieldPath annotations = at.member("annotations");
  check_annotations(spec.annotations, annotations, findings);
}

void check_component_name(const std::string& name, std::string_view wanted_by, const FieldPath& at,
                          Findings& findings) {
  if (is_service_name(name)) return;
  findings.invalid(
      at, wanted_by,
      fmt::format("its Deployment and Service would be named \"{}\" ({} characters); a name has at most {} "
                  "lower-case letters, digits and hyphens and begins with a letter",
                  name, name.size(), kMaxNameLength));
}

void check_names(const api::DynamoGraphDeployment& dgd, const FieldPath& services, Findings& findings) {
  std::map<std::string, std::string> taken;
  for (const auto& [service, spec] : dgd.spec.services) {
    const std::string name = component_name(dgd.metadata.name, service);
    const FieldPath at = services.member(service);
    check_component_name(name, service, at, findings);
    if (const auto [other, fresh] = taken.emplace(name, service); !fresh) {
      findings.invalid(
          at, service,
          fmt::format("has the same objects as {}: names differ in more than case", other->second));
    }
  }
  const std::string runtime = dynamo_namespace(dgd.metadata.ns, dgd.metadata.name, false);
  if (runtime.size() > kMaxNameLength) {
    findings.invalid(
        FieldPath("metadata.name"), dgd.metadata.name,
        fmt::format("\"{}\", of namespace and name, is a label and has {} characters; at most {}", runtime,
                    runtime.size(), kMaxNameLength));
  }
}

void check_grove(const api::DynamoGraphDeployment& dgd, const GraphFacts& facts, Findings& findings) {
  if (!facts.api_groups.contains(std::string(kGroveGroup))) return;
  const auto wish = dgd.metadata.annotations.find(std::string(api::annotation::kEnableGrove));
  if (wish != dgd.metadata.annotations.end() && lower(wish->second) == "false") return;
  const FieldPath metadata("metadata.annotations");
  findings.unsupported(metadata.member(api::annotation::kEnableGrove),
                       "Grove, which this cluster has; set it to \"false\" to run the graph as Deployments");
}

void check_claims(const api::DynamoGraphDeployment& dgd, const GraphFacts& facts, const FieldPath& pvcs,
                  Findings& findings) {
  for (std::size_t i = 0; i < dgd.spec.pvcs.size(); ++i) {
    const api::Pvc& claim = dgd.spec.pvcs[i];
    if (claim.create.value_or(false) || facts.claims.contains(claim.name)) continue;
    const FieldPath at = pvcs.item(i);
    findings.missing(at.member("name"), claim.name,
                     "the namespace has no such PersistentVolumeClaim; make it, or set create to true");
  }
}

}  // namespace

Result<void> check_graph(const api::DynamoGraphDeployment& dgd, const GraphFacts& facts) {
  Findings findings;
  const FieldPath spec("spec");
  const FieldPath services = spec.member("services");
  const FieldPath pvcs = spec.member("pvcs");
  check_grove(dgd, facts, findings);
  check_annotations(dgd.metadata.annotations, FieldPath("metadata.annotations"), findings);
  check_names(dgd, services, findings);
  for (const auto& [name, service] : dgd.spec.services)
    check_component_spec(service, services.member(name), findings);
  if (find_by(dgd.spec.envs, "name", "DYN_DEPLOYMENT_CONFIG")) {
    findings.unsupported(spec.member("envs"),
                         "DYN_DEPLOYMENT_CONFIG; set replicas and resources of the services");
  }
  check_claims(dgd, facts, pvcs, findings);
  return findings.result();
}

Result<void> check_component(const api::DynamoComponentDeployment& dcd) {
  Findings findings;
  check_annotations(dcd.metadata.annotations, FieldPath("metadata.annotations"), findings);
  check_component_name(dcd.metadata.name, dcd.metadata.name, FieldPath("metadata.name"), findings);
  check_component_spec(dcd.spec, FieldPath("spec"), findings);
  return findings.result();
}

}  // namespace dynamo::graph
