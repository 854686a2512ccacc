#include "node/agent.h"

#include <filesystem>

#include "node/files.h"
#include "node/python.h"

namespace dynamo::node {
namespace {

constexpr const char* kHostAddress = "127.0.0.1";

bool is_over(const kube::Object& pod) {
  const std::string_view phase = json::string_at(pod, {"status", "phase"});
  return phase == "Succeeded" || phase == "Failed";
}

MachineFacts facts_of(const AgentOptions& options) {
  MachineFacts out;
  out.environment = options.environment;
  out.dynamo = options.dynamo;
  out.shim_folder = options.state_folder + "/shims";
  out.private_mounts = process::private_mounts_allowed();
  out.engine_mode = options.engine_mode;
  out.installed_engines = installed_engines(options.environment.get_or("PATH", ""));
  out.exists = exists;
  return out;
}

kube::CacheOptions pods_of(const AgentOptions& options) {
  kube::CacheOptions out;
  out.field_selector = "spec.nodeName=" + options.node_name;
  out.failed = [failed = options.failed](const Error& why, int) { failed("watching pods", why); };
  return out;
}

/// 32 random bits, enough to tell the pods of one machine apart.
std::string_view short_uid(std::string_view uid) { return uid.substr(0, 8); }

}  // namespace

Agent::Agent(kube::Client& client, AgentOptions options, const Clock& clock)
    : client_(client),
      loop_(client.loop()),
      options_(std::move(options)),
      clock_(clock),
      capacity_(detect_capacity(options_.engine_mode != EngineMode::real)),
      machine_(facts_of(options_)),
      events_(client, "dynamo-node", clock),
      api_(client, events_, options_.ca_pem),
      logs_(loop_, options_.state_folder + "/logs"),
      prober_(loop_, options_.reaper),
      services_{loop_, clock_, options_.reaper, logs_, prober_, options_.failed},
      addresses_(options_.address_block),
      gpus_(capacity_.gpus),
      pods_(client, kube::resources::kPods, pods_of(options_)),
      work_(loop_) {
  pods_.on_change([this](const kube::Change& change) {
    if (!started_) return;
    if (change.after) return sync(change.after);
    const auto at = workers_.find(std::string(kube::uid_of(*change.before)));
    if (at != workers_.end()) at->second->kill();
  });
}

Agent::~Agent() = default;

std::string Agent::pod_folder(std::string_view uid) const {
  return fmt::format("{}/pods/{}", options_.state_folder, uid);
}

std::string Agent::temporary_folder(std::string_view uid) const {
  return fmt::format("{}/tmp/{}", options_.state_folder, short_uid(uid));
}

net::Task<Result<void>> Agent::register_node(std::stop_token stop) {
  if (auto written = write_shims(machine_.shim_folder, options_.dynamo); !written) co_return written;
  const NodeFacts facts{options_.node_name, kHostAddress, options_.version, capacity_};
  kube::Object node = node_object(facts, clock_.wall_now());
  allocatable_ = kube::object_at(node, {"status", "allocatable"});
  kube::Object spec_part = node;
  spec_part.erase("status");
  kube::ApplyOptions options{.field_manager = "dynamo-node", .force = true};
  kube::CallOptions call{.stop = stop};
  const auto applied = co_await client_.apply(kube::resources::kNodes, std::move(spec_part), options, call);
  if (!applied) co_return std::unexpected(applied.error());
  kube::Object status_part =
      kube::make_object(kube::resources::kNodes, {.ns = {}, .name = options_.node_name});
  status_part["status"] = kube::object_at(node, {"status"});
  options.subresource = "status";
  const auto status = co_await client_.apply(kube::resources::kNodes, std::move(status_part), options, call);
  if (!status) co_return std::unexpected(status.error());
  co_return Result<void>{};
}

net::Task<void> Agent::run(std::stop_token stop) {
  net::TaskGroup services(loop_);
  services.spawn(pods_.run(services.stop_token()));
  services.spawn(events_.run(services.stop_token()));
  const bool synced = co_await pods_.wait_synced(stop);
  if (synced) {
    remove_leftovers();
    for (const kube::ObjectPtr& pod : pods_.list()) {
      addresses_.reclaim(std::string(kube::uid_of(*pod)), json::string_at(*pod, {"status", "podIP"}));
    }
    started_ = true;
    for (const kube::ObjectPtr& pod : pods_.list()) sync(pod);
    net::Event never(loop_);
    co_await never.wait(stop);
  }
  started_ = false;
  for (const auto& [uid, worker] : workers_) worker->stop(options_.stop_grace);
  co_await work_.join();
  services.request_stop();
  co_await services.join();
}

/// Folders and logs of pods that went while the platform was away.
void Agent::remove_leftovers() const {
  std::set<std::string> known;
  for (const kube::ObjectPtr& pod : pods_.list()) {
    known.emplace(kube::uid_of(*pod));
    known.emplace(short_uid(kube::uid_of(*pod)));
  }
  for (const char* home : {"/pods", "/tmp", "/logs"}) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(options_.state_folder + home, error)) {
      if (known.contains(entry.path().filename().string())) continue;
      [[maybe_unused]] const auto removed = remove_all(entry.path().string());
    }
  }
}

void Agent::sync(kube::ObjectPtr pod) {
  const auto at = workers_.find(std::string(kube::uid_of(*pod)));
  if (at != workers_.end()) return at->second->update(std::move(pod));
  if (is_over(*pod) && !kube::is_deleting(*pod)) return;
  start(pod);
}

void Agent::start(const kube::ObjectPtr& pod) {
  auto setup = setup_for(*pod);
  if (!setup) return work_.spawn(reject(pod, std::move(setup.error())));
  const std::string uid(kube::uid_of(*pod));
  workers_[uid] = std::make_unique<PodWorker>(services_, api_, pod, std::move(*setup));
  work_.spawn(work(uid));
}

Result<PodSetup> Agent::setup_for(const kube::Object& pod) {
  const std::string uid(kube::uid_of(pod));
  auto address = addresses_.acquire(uid);
  if (!address) return std::unexpected(std::move(address.error()));
  auto gpus = gpus_.acquire(uid, gpus_of_pod(pod));
  if (!gpus && !kube::is_deleting(pod)) {
    addresses_.release(uid);
    return std::unexpected(std::move(gpus.error()));
  }
  PodSetup out;
  out.facts = {.pod_ip = std::move(*address),
               .host_ip = kHostAddress,
               .node_name = options_.node_name,
               .allocatable = allocatable_};
  out.grant.folder = pod_folder(uid);
  out.grant.temporary = temporary_folder(uid);
  out.grant.claims_folder = options_.state_folder + "/claims";
  if (gpus) out.grant.gpus = std::move(*gpus);
  out.machine = &machine_;
  out.server = options_.server;
  return out;
}

net::Task<void> Agent::work(std::string uid) {
  PodWorker& worker = *workers_.at(uid);
  co_await worker.run();
  addresses_.release(uid);
  gpus_.release(uid);
  workers_.erase(uid);
}

/// The machine has no room for it, as a kubelet says it.
net::Task<void> Agent::reject(kube::ObjectPtr pod, Error why) {
  PodObserved seen;
  seen.host_ip = kHostAddress;
  seen.started = clock_.wall_now();
  seen.rejected = {"OutOfnvidia.com/gpu", why.message};
  PlanNote note{.warning = true, .reason = seen.rejected->first, .message = why.message};
  api_.tell(*pod, {}, std::move(note));
  kube::Object status = pod_status(*pod, seen, clock_.wall_now());
  co_await api_.write_status(pod, std::move(status));
}

}  // namespace dynamo::node
