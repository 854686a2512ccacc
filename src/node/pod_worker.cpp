#include "node/pod_worker.h"

#include "base/file.h"
#include "node/files.h"
#include "node/kubeconfig.h"

namespace dynamo::node {
namespace {

constexpr std::chrono::seconds kFirstRetry{1};
constexpr std::chrono::seconds kLongestRetry{30};
constexpr std::chrono::milliseconds kFirstReportRetry{200};
constexpr std::chrono::seconds kDefaultGrace{30};
constexpr std::string_view kEngineAnnotation = "dynamo.nvidia.com/engine";

const json::object* find_container(const kube::Object& pod, std::string_view list, std::string_view name) {
  for (const json::value& container : kube::array_at(pod, {"spec", list})) {
    if (json::string_at(container, {"name"}) == name) return container.if_object();
  }
  return nullptr;
}

/// Only what is not there yet may come by waiting; the rest is tried again, too, but people should look.
bool may_come(Errc code) {
  return code == Errc::not_found || code == Errc::unavailable || code == Errc::timeout;
}

}  // namespace

PodWorker::PodWorker(const Services& services, PodApi& api, kube::ObjectPtr pod, PodSetup setup)
    : services_(services),
      api_(api),
      pod_(std::move(pod)),
      uid_(kube::uid_of(*pod_)),
      setup_(std::move(setup)),
      known_before_(!kube::array_at(*pod_, {"status", "containerStatuses"}).empty()),
      ending_begun_(services.loop),
      dirty_(services.loop) {
  const WallTime now = services.clock.wall_now();
  seen_.pod_ip = setup_.facts.pod_ip;
  seen_.host_ip = setup_.facts.host_ip;
  seen_.started = parse_rfc3339(json::string_at(*pod_, {"status", "startTime"})).value_or(now);
  seen_.init_containers = observed_before(*pod_, "initContainers", "initContainerStatuses", now);
  seen_.containers = observed_before(*pod_, "containers", "containerStatuses", now);
}

net::Task<void> PodWorker::run() {
  update(pod_);
  net::TaskGroup group(services_.loop);
  group.spawn(report(group.stop_token()));
  if (ending_ == Ending::none) co_await live();
  if (ending_ == Ending::none) co_await ending_begun_.wait();
  group.request_stop();
  dirty_.set();
  co_await group.join();
  co_await end();
}

void PodWorker::update(kube::ObjectPtr pod) {
  pod_ = std::move(pod);
  dirty_.set();  // what others wrote may lack what we saw
  if (kube::is_deleting(*pod_)) begin_ending(Ending::deleted, grace_of_pod());
}

void PodWorker::kill() { begin_ending(Ending::object_gone, Duration::zero()); }

void PodWorker::stop(Duration grace) {
  if (ending_ == Ending::none) begin_ending(Ending::platform_stops, grace);
}

Duration PodWorker::grace_of_pod() const {
  const auto asked = json::int_at(*pod_, {"metadata", "deletionGracePeriodSeconds"});
  const auto usual = json::int_at(*pod_, {"spec", "terminationGracePeriodSeconds"});
  return std::chrono::seconds{asked.value_or(usual.value_or(kDefaultGrace.count()))};
}

void PodWorker::begin_ending(Ending why, Duration grace) {
  ending_ = why;
  for (ContainerRunner* runner : running_) runner->request_end(grace);
  ending_begun_.set();
}

ContainerListener PodWorker::listener(std::string container) {
  return {.changed = [this] { dirty_.set(); },
          .happened = [this, container](PlanNote note) { api_.tell(*pod_, container, std::move(note)); }};
}

net::Task<void> PodWorker::live() {
  dirty_.set();
  auto plan = co_await prepare();
  if (!plan) co_return;
  co_await announce(*plan);
  const bool initialized = co_await run_init_containers(std::move(plan->init_containers));
  if (initialized && ending_ == Ending::none) co_await run_containers(std::move(plan->containers));
}

/// Until it works or the pod is to end.
net::Task<std::optional<PodPlan>> PodWorker::prepare() {
  Duration wait = kFirstRetry;
  while (ending_ == Ending::none) {
    auto plan = co_await try_to_prepare();
    if (plan) co_return std::move(*plan);
    cannot_start(plan.error());
    co_await ending_begun_.wait({}, services_.loop.now() + wait);
    wait = std::min<Duration>(wait * 2, kLongestRetry);
  }
  co_return std::nullopt;
}

net::Task<Result<PodPlan>> PodWorker::try_to_prepare() {
  const auto sources = co_await api_.sources(pod_);
  if (!sources) co_return std::unexpected(sources.error());
  auto account = co_await api_.account(pod_);
  if (!account) co_return std::unexpected(std::move(account.error()));
  setup_.grant.account = std::move(*account);
  setup_.grant.kubeconfig = setup_.grant.folder + "/kubeconfig";
  auto plan = plan_pod(*pod_, setup_.facts, *sources, *setup_.machine, setup_.grant);
  if (!plan) co_return plan;
  if (auto made = make_volumes(*plan); !made) co_return std::unexpected(std::move(made.error()));
  for (const ContainerPlan& container : plan->containers) {
    auto spec = spec_of(container, "containers", false);
    if (!spec) co_return std::unexpected(std::move(spec.error()));
  }
  co_return plan;
}

Result<void> PodWorker::make_volumes(const PodPlan& plan) const {
  if (auto made = make_folders(setup_.grant.folder); !made) return made;
  if (auto made = make_folders(setup_.grant.temporary); !made) return made;
  const std::string config = kubeconfig_text(setup_.server, setup_.grant.account, kube::namespace_of(*pod_));
  if (auto written = write_file(setup_.grant.kubeconfig, config, 0600); !written) return written;
  for (const VolumePlan& volume : plan.volumes) {
    if (volume.kind == VolumePlan::Kind::host_path) continue;
    if (auto made = make_folders(volume.folder); !made) return made;
    for (const VolumeFile& file : volume.files) {
      const std::string path = fmt::format("{}/{}", volume.folder, file.path);
      if (auto made = make_folders(path.substr(0, path.rfind('/'))); !made) return made;
      if (auto written = write_file(path, file.content, file.mode); !written) return written;
    }
  }
  for (const ContainerPlan& container : plan.containers) {
    for (const process::BindMount& mount : container.mounts) {
      if (exists(mount.source)) continue;
      if (auto made = make_folders(mount.source); !made) return made;  // a subPath that nobody has used yet
    }
  }
  return {};
}

void PodWorker::cannot_start(const Error& why) {
  const Waiting state{may_come(why.code) ? "ContainerCreating" : "CreateContainerConfigError", why.message};
  for (auto* list : {&seen_.init_containers, &seen_.containers}) {
    for (ContainerObserved& container : *list) {
      if (std::holds_alternative<Waiting>(container.state)) container.state = state;
    }
  }
  dirty_.set();
  api_.tell(
      *pod_, {},
      {.warning = true, .reason = may_come(why.code) ? "FailedMount" : "Failed", .message = why.message});
}

/// Tells people what is special about this pod, once.
net::Task<void> PodWorker::announce(PodPlan& plan) {
  if (!known_before_) {
    for (PlanNote& note : plan.notes) api_.tell(*pod_, {}, std::move(note));
  }
  if (plan.engine.empty() || kube::annotation(*pod_, kEngineAnnotation) == plan.engine) co_return;
  co_await api_.annotate(pod_, std::string(kEngineAnnotation), plan.engine);
}

Result<ContainerSpec> PodWorker::spec_of(ContainerPlan plan, std::string_view list, bool init) const {
  ContainerSpec out;
  out.policy = parse_restart_policy(json::string_at(*pod_, {"spec", "restartPolicy"}));
  out.grace = grace_of_pod();
  const json::object* container = find_container(*pod_, list, plan.name);
  out.plan = std::move(plan);
  if (init) {
    // An init container that succeeds has done its work.
    if (out.policy == RestartPolicy::always) out.policy = RestartPolicy::on_failure;
    return out;
  }
  if (container == nullptr) return out;
  struct Field {
    std::string_view name;
    std::optional<ProbeSpec>* into;
  };
  for (const auto& [name, into] : {Field{"startupProbe", &out.startup}, Field{"livenessProbe", &out.liveness},
                                   Field{"readinessProbe", &out.readiness}}) {
    auto probe = parse_probe(*container, name, seen_.pod_ip);
    if (!probe) return context(fmt::format("container {}", out.plan.name), std::move(probe.error()));
    *into = std::move(*probe);
  }
  return out;
}

/// False when one of them failed for good, or the pod is to end.
net::Task<bool> PodWorker::run_init_containers(std::vector<ContainerPlan> plans) {
  if (!plans.empty()) {
    for (ContainerObserved& container : seen_.containers) {
      if (std::holds_alternative<Waiting>(container.state)) container.state = Waiting{"PodInitializing", ""};
    }
  }
  for (std::size_t i = 0; i < plans.size(); ++i) {
    auto spec = spec_of(std::move(plans[i]), "initContainers", true);
    if (!spec) co_return false;
    const bool done = co_await run_init_container(std::move(*spec), seen_.init_containers[i]);
    if (!done) co_return false;
  }
  co_return true;
}

net::Task<bool> PodWorker::run_init_container(ContainerSpec spec, ContainerObserved& seen) {
  ContainerRunner runner(services_, uid_, std::move(spec), seen, listener(seen.name));
  running_ = {&runner};
  co_await runner.run();
  running_.clear();
  const auto* end = std::get_if<Terminated>(&seen.state);
  co_return ending_ == Ending::none&& end != nullptr && end->how.success();
}

net::Task<void> PodWorker::run_containers(std::vector<ContainerPlan> plans) {
  std::vector<std::unique_ptr<ContainerRunner>> runners;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    auto spec = spec_of(std::move(plans[i]), "containers", false);
    if (!spec) co_return cannot_start(spec.error());
    ContainerObserved& seen = seen_.containers[i];
    runners.push_back(
        std::make_unique<ContainerRunner>(services_, uid_, std::move(*spec), seen, listener(seen.name)));
  }
  net::TaskGroup group(services_.loop);
  for (const auto& runner : runners) running_.push_back(runner.get());
  for (const auto& runner : runners) group.spawn(runner->run());
  co_await group.join();
  running_.clear();
}

/// The containers have ended; what is left is the pod's object and folder.
net::Task<void> PodWorker::end() {
  if (ending_ == Ending::deleted) {
    seen_.ended = true;
    co_await report_once();
    co_await api_.remove(pod_);
  }
  if (ending_ == Ending::platform_stops) {
    co_await report_once();
    co_return;
  }
  for (const std::string& folder : {setup_.grant.folder, setup_.grant.temporary}) {
    [[maybe_unused]] const auto removed = remove_all(folder);
  }
  services_.logs.forget(uid_);
}

/// Writes what was seen, each time it has changed; changes that come together are written once.
net::Task<void> PodWorker::report(std::stop_token stop) {
  Duration pause = kFirstReportRetry;
  for (;;) {
    const bool dirty = co_await dirty_.wait(stop);
    if (!dirty || stop.stop_requested()) co_return;
    dirty_.reset();
    const auto written = co_await report_once();
    if (written) pause = kFirstReportRetry;
    const bool hopeless =
        !written && (written.error().code == Errc::not_found || written.error().code == Errc::conflict);
    if (written || hopeless) continue;
    services_.failed(fmt::format("writing the status of {}", kube::key_of(*pod_).to_string()),
                     written.error());
    dirty_.set();
    co_await services_.loop.sleep_for(pause, stop);
    pause = std::min<Duration>(pause * 2, kLongestRetry);
  }
}

net::Task<Result<void>> PodWorker::report_once() {
  if (ending_ == Ending::object_gone) co_return Result<void>{};
  kube::Object status = pod_status(*pod_, seen_, services_.clock.wall_now());
  if (status == kube::object_at(*pod_, {"status"})) co_return Result<void>{};
  auto written = co_await api_.write_status(pod_, std::move(status));
  if (!written) co_return std::unexpected(std::move(written.error()));
  pod_ = std::move(*written);
  co_return Result<void>{};
}

}  // namespace dynamo::node
