#include "graph/container.h"

#include <algorithm>
#include <fmt/format.h>

#include "api/constants.h"
#include "graph/defaults.h"
#include "graph/env.h"
#include "graph/names.h"
#include "graph/overlay.h"
#include "graph/resources.h"

namespace dynamo::graph {
namespace {

constexpr std::string_view kVllmCache = "/root/.cache/vllm";

/// Variables that every component gets below its own; empty values are left out, but for those that always
/// exist.
json::array platform_env(const Component& component) {
  const Settings& settings = component.facts.settings;
  json::array env;
  env.push_back(env_value("DYN_NAMESPACE", component.dynamo_namespace));
  env.push_back(env_value("DYN_COMPONENT", component.source.spec.component_type));
  env.push_back(env_value("DYN_PARENT_DGD_K8S_NAME", component.graph));
  env.push_back(env_value("DYN_PARENT_DGD_K8S_NAMESPACE", component.ns));
  if (component.kubernetes_discovery()) {
    env.push_back(env_value("DYN_DISCOVERY_BACKEND", to_string(component.discovery)));
  }
  env.push_back(env_field("POD_NAME", "metadata.name"));
  env.push_back(env_field("POD_NAMESPACE", "metadata.namespace"));
  env.push_back(env_field("POD_UID", "metadata.uid"));
  const auto add_address = [&env](std::string_view name, const std::string& address) {
    if (!address.empty()) env.push_back(env_value(name, address));
  };
  add_address("NATS_SERVER", settings.nats_server);
  add_address("ETCD_ENDPOINTS", settings.etcd_endpoints);
  add_address("MODEL_EXPRESS_URL", settings.model_express_url);
  add_address("PROMETHEUS_ENDPOINT", settings.prometheus_endpoint);
  return env;
}

/// A volume or mount of that name, respectively place, may be there already: the user's own.
void add_unless_there(json::array& list, std::string_view key, json::object entry) {
  if (!find_by(list, key, json::string_at(entry, {key}))) list.push_back(std::move(entry));
}

json::object claim_volume(const std::string& claim) {
  return {{"name", claim}, {"persistentVolumeClaim", {{"claimName", claim}}}};
}

json::object mount_of(std::string_view volume, std::string_view path) {
  return {{"name", volume}, {"mountPath", path}};
}

class Builder {
 public:
  explicit Builder(const Component& component)
      : component_(component), spec_(component.source.spec), container_(default_container(component.role)) {}

  Result<MainContainer> build() {
    lay_user_container_over();
    if (auto done = find_engine(); !done) return std::unexpected(std::move(done.error()));
    replace_probes();
    if (auto done = add_resources(); !done) return std::unexpected(std::move(done.error()));
    add_secret();
    if (auto done = mount_claims(); !done) return std::unexpected(std::move(done.error()));
    mount_shared_memory();
    // What the user set stays; the container's own list holds that, and the role's defaults below it.
    container_["env"] =
        order_env(merge_env(platform_env(component_), merge_env(env_of(container_), spec_.envs)));
    container_["name"] = api::kMainContainer;
    return MainContainer{std::move(container_), std::move(volumes_)};
  }

 private:
  void lay_user_container_over() {
    if (spec_.extra_pod_spec && spec_.extra_pod_spec->main_container) {
      overlay_container(container_, *spec_.extra_pod_spec->main_container);
    }
  }

  Result<void> find_engine() {
    if (component_.role != Role::worker) return {};
    auto engine = engine_of(spec_.backend_framework, container_);
    if (!engine) return context("extraPodSpec.mainContainer", std::move(engine.error()));
    engine_ = *engine;
    return {};
  }

  void replace_probes() {
    if (spec_.liveness_probe) container_["livenessProbe"] = *spec_.liveness_probe;
    if (spec_.readiness_probe) container_["readinessProbe"] = *spec_.readiness_probe;
  }

  Result<void> add_resources() {
    return spec_.resources ? merge_resources(container_, *spec_.resources) : Result<void>{};
  }

  void add_secret() {
    if (spec_.env_from_secret.empty()) return;
    ensure_array(container_, "envFrom")
        .push_back(json::object{{"secretRef", {{"name", spec_.env_from_secret}}}});
  }

  Result<void> mount_claims() {
    for (std::size_t i = 0; i < spec_.volume_mounts.size(); ++i) {
      const api::VolumeMount& wanted = spec_.volume_mounts[i];
      auto path = mount_path(wanted);
      if (!path) return context(fmt::format("volumeMounts[{}]", i), std::move(path.error()));
      add_unless_there(volumes_, "name", claim_volume(wanted.name));
      ensure_array(container_, "volumeMounts").push_back(mount_of(wanted.name, *path));
      if (wanted.use_as_compilation_cache && engine_ == api::BackendFramework::vllm) {
        container_["env"] = merge_env(json::array{env_value("VLLM_CACHE_ROOT", *path)}, env_of(container_));
      }
    }
    return {};
  }

  Result<std::string> mount_path(const api::VolumeMount& wanted) const {
    if (wanted.name.empty()) return fail(Errc::invalid, "name must be that of a PersistentVolumeClaim");
    if (!wanted.mount_point.empty()) return wanted.mount_point;
    if (!wanted.use_as_compilation_cache) return fail(Errc::invalid, "mountPoint must be given");
    if (engine_ == api::BackendFramework::vllm) return std::string(kVllmCache);
    return fail(Errc::invalid,
                "mountPoint must be given: only vLLM has a compilation cache at a known place");
  }

  void mount_shared_memory() {
    const bool disabled = spec_.shared_memory && spec_.shared_memory->disabled;
    if (disabled || find_by(ensure_array(container_, "volumeMounts"), "mountPath", api::kSharedMemoryPath))
      return;
    const bool sized =
        spec_.shared_memory && spec_.shared_memory->size && !spec_.shared_memory->size->is_zero();
    const std::string size =
        sized ? spec_.shared_memory->size->to_string() : std::string(api::kSharedMemorySize);
    volumes_.push_back(
        {{"name", api::kSharedMemoryVolume}, {"emptyDir", {{"medium", "Memory"}, {"sizeLimit", size}}}});
    ensure_array(container_, "volumeMounts")
        .push_back(mount_of(api::kSharedMemoryVolume, api::kSharedMemoryPath));
  }

  const Component& component_;
  const api::DynamoComponentDeploymentSpec& spec_;
  json::object container_;
  json::array volumes_;
  std::optional<api::BackendFramework> engine_;
};

}  // namespace

Result<MainContainer> render_main_container(const Component& component) { return Builder(component).build(); }

}  // namespace dynamo::graph
