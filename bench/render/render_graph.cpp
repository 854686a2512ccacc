// How long rendering a graph takes: the largest that the API allows, 25 services, with all their workloads.
//   render_graph [ROUNDS]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <vector>

#include "api/codec.h"
#include "graph/component.h"
#include "graph/graph.h"

namespace {

using namespace dynamo;
using Stopwatch = std::chrono::steady_clock;

constexpr int kServices = 25;

api::ComponentSpec worker() {
  api::ComponentSpec spec;
  spec.component_type = "worker";
  spec.sub_component_type = "decode";
  spec.replicas = 4;
  spec.scaling_adapter = api::ScalingAdapter{.enabled = true};
  spec.resources = api::Resources{.limits = api::ResourceItem{.gpu = "1"}};
  spec.volume_mounts.push_back({.name = "weights", .mount_point = "/models"});
  json::object container{{"image", "registry.example.com/vllm-runtime:1"},
                         {"command", {"python3", "-m", "dynamo.vllm"}},
                         {"args", {"--model", "Qwen/Qwen3-8B", "--max-model-len", "16384"}}};
  spec.extra_pod_spec = api::ExtraPodSpec{.main_container = std::move(container)};
  for (int i = 0; i < 10; ++i) {
    spec.envs.push_back(json::object{{"name", fmt::format("VARIABLE_{}", i)}, {"value", "value"}});
  }
  return spec;
}

api::DynamoGraphDeployment largest_graph() {
  api::DynamoGraphDeployment dgd;
  dgd.metadata.name = "large";
  dgd.metadata.ns = "default";
  dgd.metadata.uid = "6c1d0c0e-0000-4000-8000-000000000000";
  for (int i = 0; i < kServices; ++i) dgd.spec.services[fmt::format("Worker{}", i)] = worker();
  return dgd;
}

/// Objects made, so that nothing is optimized away.
std::size_t render(const api::DynamoGraphDeployment& dgd) {
  const auto objects = graph::render_graph(dgd, {});
  if (!objects) {
    fmt::print(stderr, "{}\n", objects.error().message);
    std::exit(1);
  }
  std::size_t made = objects->size();
  for (const graph::Rendered& one : *objects) {
    if (json::string_at(one.object, {"kind"}) != api::DynamoComponentDeployment::kKind) continue;
    const auto dcd = api::from_json<api::DynamoComponentDeployment>(one.object);
    made += graph::render_component(*dcd, {})->size();
  }
  return made;
}

double milliseconds(Stopwatch::duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 200;
  const api::DynamoGraphDeployment dgd = largest_graph();
  std::size_t objects = render(dgd);
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const auto begin = Stopwatch::now();
    objects = render(dgd);
    times.push_back(milliseconds(Stopwatch::now() - begin));
  }
  std::ranges::sort(times);
  fmt::print(
      "{{\"services\": {}, \"objects\": {}, \"rounds\": {}, \"median_ms\": {:.3f}, \"p99_ms\": {:.3f}}}\n",
      kServices, objects, rounds, times[times.size() / 2], times[times.size() * 99 / 100]);
}
