#pragma once

#include <fmt/format.h>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "apiserver/server.h"
#include "base/yaml.h"
#include "kube/client.h"
#include "kube/conditions.h"
#include "kube/kubeconfig.h"
#include "kube/owner.h"
#include "net/test_support.h"
#include "operator/manager.h"
#include "operator/resources.h"

namespace dynamo::operators {

/// An API server in memory, reached over HTTPS, an operator, and a user. Nothing else: what other controllers
/// would do, tests do.
class OperatorTest : public ::testing::Test {
 protected:
  static constexpr std::string_view kNs = "default";

  void SetUp() override {
    server_ = apiserver::Server::open(loop_, {}).value();
    const auto listening = net::run(loop_, server_->start());
    ASSERT_TRUE(listening) << listening.error().message;
    user_ = client_for("admin");
    start_operator();
  }
  void TearDown() override {
    stop_operator();
    user_.reset();
    net::run(loop_, server_->stop(loop_.now() + std::chrono::milliseconds{200}));
  }

  std::unique_ptr<kube::Client> client_for(const std::string& name) {
    const auto parsed = kube::parse_kubeconfig(server_->kubeconfig(name), "kubeconfig").value();
    const auto no_files = [](const std::string& path) -> Result<std::string> {
      return fail(Errc::not_found, path);
    };
    return kube::Client::make(loop_, kube::resolve_kubeconfig(parsed, "", no_files).value()).value();
  }

  void start_operator(ManagerOptions options = {}) {
    options.backoff = {std::chrono::milliseconds{5}, std::chrono::milliseconds{20}, 2.0, 0.0};
    operator_client_ = client_for("operator");
    manager_ = std::make_unique<Manager>(*operator_client_, options, test_log());
    running_ = std::make_unique<net::TaskGroup>(loop_);
    running_->spawn(manager_->run(running_->stop_token()));
    until([this] { return manager_->ready(); }, "the operator is ready");
  }
  /// What the operator says is read only by whoever looks for a fault: DYN_LOG=debug.
  static telemetry::Logger test_log() {
    const auto config = telemetry::LogConfig::from_environment(Environment::of_process());
    const bool wanted = config && Environment::of_process().get("DYN_LOG");
    return wanted ? telemetry::Logger(*config) : telemetry::Logger::silent();
  }
  void stop_operator() {
    if (!running_) return;
    running_->request_stop();
    net::run(loop_, running_->join());
    running_.reset();
    manager_.reset();
    operator_client_.reset();
  }

  /// Runs the loop until `reached`; throws, and so ends the test, when that never is.
  void until(const std::function<bool()>& reached, std::string_view what) {
    if (!net::testing::run_until(loop_, reached)) {
      throw std::runtime_error(fmt::format("not reached: {}", what));
    }
  }
  /// Runs the loop until nobody has anything to do: no work queued and no write for longer than what failed
  /// waits to be tried again.
  void settle() {
    std::uint64_t busy = 0;
    const auto signs_of_work = [&] {
      if (!manager_->idle()) ++busy;
      return busy + writes();
    };
    if (!net::testing::comes_to_rest(loop_, signs_of_work, 50))
      throw std::runtime_error("it does not settle");
  }

  /// Requests so far that were not reads.
  std::size_t writes() const {
    std::size_t sum = 0;
    const std::string metrics = server_->metrics();
    for (std::size_t at = 0; at < metrics.size(); at = metrics.find('\n', at) + 1) {
      const std::string_view line = std::string_view(metrics).substr(at, metrics.find('\n', at) - at);
      const bool read = line.starts_with('#') || line.find("\"GET\"") != line.npos ||
                        line.find("\"LIST\"") != line.npos || line.find("\"WATCH\"") != line.npos;
      if (!read && !line.empty()) sum += std::stoul(std::string(line.substr(line.rfind(' ') + 1)));
    }
    return sum;
  }

  /// Components need an image; most tests do not care which.
  static void give_images(kube::Object& graph) {
    json::value* services = json::find(graph.at("spec"), {"services"});
    if (!services || !services->is_object()) return;
    for (auto& [name, service] : services->get_object()) {
      json::object& pod = json::ensure_object(service.get_object(), "extraPodSpec");
      json::object& container = json::ensure_object(pod, "mainContainer");
      if (!container.contains("image")) container["image"] = "image";
    }
  }

  // What the user does.
  void apply(std::string_view manifest) {
    const auto object = yaml::parse(manifest);
    ASSERT_TRUE(object) << object.error().message;
    const kube::Resource resource = json::string_at(*object, {"kind"}) == "DynamoGraphDeployment"
                                        ? resources::kGraphs
                                        : resources::kComponents;
    kube::Object wanted = object->as_object();
    give_images(wanted);
    kube::metadata(wanted)["namespace"] = kNs;
    const auto applied =
        net::run(loop_, user_->apply(resource, wanted,
                                     {.field_manager = "user", .force = true, .field_validation = "Strict"}));
    ASSERT_TRUE(applied) << applied.error().message;
  }
  /// A graph "g" with these services, as flow YAML.
  void apply_graph(std::string_view services, std::string_view rest = "") {
    apply(
        fmt::format("apiVersion: nvidia.com/v1alpha1\nkind: DynamoGraphDeployment\nmetadata: {{name: g}}\n"
                    "spec:\n  services: {}\n{}",
                    services, rest));
  }
  void create(const kube::Resource& resource, std::string_view manifest) {
    kube::Object object = yaml::parse(manifest).value().as_object();
    kube::metadata(object)["namespace"] = kNs;
    const auto created = net::run(loop_, user_->create(resource, object, {.field_manager = "user"}));
    ASSERT_TRUE(created) << created.error().message;
  }
  void patch(const kube::Resource& resource, const std::string& name, std::string_view change,
             std::string subresource = "") {
    const auto patched =
        net::run(loop_, user_->patch(resource, key(name), kube::PatchKind::merge, yaml::parse(change).value(),
                                     {.field_manager = "user", .subresource = std::move(subresource)}));
    ASSERT_TRUE(patched) << patched.error().message;
  }
  void remove(const kube::Resource& resource, const std::string& name) {
    const auto removed = net::run(loop_, user_->remove(resource, key(name)));
    ASSERT_TRUE(removed) << removed.error().message;
  }
  /// What the Deployment controller says when all pods are there.
  void complete_deployment(const std::string& name) {
    const kube::Object deployment = get(kube::resources::kDeployments, name);
    const std::int64_t replicas = kube::int_at(deployment, {"spec", "replicas"}).value_or(1);
    patch(kube::resources::kDeployments, name,
          fmt::format(
              "{{status: {{observedGeneration: {}, replicas: {}, updatedReplicas: {}, readyReplicas: {}, "
              "availableReplicas: {}, conditions: [{{type: Available, status: 'True', reason: MinimumReplicas"
              "Available, message: m}}]}}}}",
              kube::generation_of(deployment), replicas, replicas, replicas, replicas),
          "status");
  }

  // What there is.
  static kube::NamespacedName key(const std::string& name) { return {std::string(kNs), name}; }
  std::optional<kube::Object> find(const kube::Resource& resource, const std::string& name) {
    auto found = net::run(loop_, user_->get(resource, key(name)));
    if (!found) return std::nullopt;
    return std::move(*found);
  }
  kube::Object get(const kube::Resource& resource, const std::string& name) {
    auto found = find(resource, name);
    if (!found) throw std::runtime_error(fmt::format("no {} {}", resource.kind, name));
    return std::move(*found);
  }
  void wait_for(const kube::Resource& resource, const std::string& name) {
    until([&] { return find(resource, name).has_value(); }, resource.kind + " " + name);
  }
  void wait_for_state(const std::string& state, const std::string& graph = "g") {
    until([&] { return json::string_at(get(resources::kGraphs, graph), {"status", "state"}) == state; },
          "state " + state);
  }
  /// "True all_resources_are_ready: All resources are ready"
  std::string ready_condition(const std::string& graph = "g") {
    const kube::Object object = get(resources::kGraphs, graph);
    const kube::Object* ready =
        kube::find_condition(kube::array_at(object, {"status", "conditions"}), "Ready");
    if (!ready) return "none";
    return fmt::format("{} {}: {}", json::string_at(*ready, {"status"}), json::string_at(*ready, {"reason"}),
                       json::string_at(*ready, {"message"}));
  }
  std::vector<std::string> event_reasons() {
    const auto events = net::run(loop_, user_->list_all(kube::resources::kEvents, std::string(kNs)));
    std::vector<std::string> reasons;
    for (const kube::Object& event : events->items) reasons.emplace_back(json::string_at(event, {"reason"}));
    return reasons;
  }

  net::Loop loop_;
  std::unique_ptr<apiserver::Server> server_;
  std::unique_ptr<kube::Client> user_;
  std::unique_ptr<kube::Client> operator_client_;
  std::unique_ptr<Manager> manager_;
  std::unique_ptr<net::TaskGroup> running_;
};

}  // namespace dynamo::operators
