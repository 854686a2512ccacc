#include "node/machine.h"

#include <sys/utsname.h>
#include <unistd.h>

#include "node/files.h"

namespace dynamo::node {
namespace {

constexpr int kMaxPods = 250;

int count_gpus() {
  int count = 0;
  while (exists(fmt::format("/dev/nvidia{}", count))) ++count;
  return count;
}

json::object quantities(const MachineCapacity& capacity) {
  json::object out{{"cpu", std::to_string(capacity.cpus)},
                   {"memory", fmt::format("{}Ki", capacity.memory_bytes / 1024)},
                   {"pods", std::to_string(kMaxPods)}};
  if (capacity.gpus > 0) out["nvidia.com/gpu"] = std::to_string(capacity.gpus);
  return out;
}

json::object condition(std::string_view type, bool holds, std::string_view reason, std::string_view message,
                       const std::string& now) {
  return {{"type", type},       {"status", holds ? "True" : "False"}, {"reason", reason},
          {"message", message}, {"lastHeartbeatTime", now},           {"lastTransitionTime", now}};
}

json::object node_info(const std::string& version) {
  utsname system{};
  ::uname(&system);
  return {{"kernelVersion", system.release},
          {"operatingSystem", "linux"},
          {"architecture", "amd64"},
          {"osImage", "this machine"},
          {"kubeletVersion", "v" + version},
          {"kubeProxyVersion", ""},
          {"containerRuntimeVersion", "process://" + version},
          {"bootID", ""},
          {"machineID", ""},
          {"systemUUID", ""}};
}

}  // namespace

MachineCapacity detect_capacity(bool simulate_gpus) {
  MachineCapacity out;
  out.cpus = static_cast<int>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
  out.memory_bytes = std::int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGESIZE);
  out.gpus = count_gpus();
  if (out.gpus == 0 && simulate_gpus) {
    out.gpus = kSimulatedGpus;
    out.gpus_simulated = true;
  }
  return out;
}

kube::Object node_object(const NodeFacts& facts, WallTime now) {
  kube::Object node = kube::make_object(kube::resources::kNodes, {.ns = {}, .name = facts.name});
  kube::set_label(node, "kubernetes.io/hostname", facts.name);
  kube::set_label(node, "kubernetes.io/os", "linux");
  if (facts.capacity.gpus > 0) {
    kube::set_label(node, "nvidia.com/gpu.present", "true");
    kube::set_label(node, "nvidia.com/gpu.count", std::to_string(facts.capacity.gpus));
    kube::set_label(node, "nvidia.com/gpu.simulated", facts.capacity.gpus_simulated ? "true" : "false");
  }
  if (facts.capacity.gpus_simulated) {
    kube::set_annotation(node, "dynamo.nvidia.com/gpus",
                         "simulated: this machine has no GPU; they are counted, and nothing runs on them");
  }
  const std::string time = format_rfc3339(now);
  node["status"] = json::object{
      {"capacity", quantities(facts.capacity)},
      {"allocatable", quantities(facts.capacity)},
      {"addresses", json::array{json::object{{"type", "InternalIP"}, {"address", facts.address}},
                                json::object{{"type", "Hostname"}, {"address", facts.name}}}},
      {"conditions", json::array{condition("Ready", true, "KubeletReady", "pods run as processes", time)}},
      {"nodeInfo", node_info(facts.version)}};
  return node;
}

}  // namespace dynamo::node
