#include "node/container_runner.h"

namespace dynamo::node {
namespace {

constexpr int kStartErrorCode = 128;

std::string seconds_text(Duration duration) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(duration).count();
  return seconds < 60 ? fmt::format("{}s", seconds) : fmt::format("{}m{}s", seconds / 60, seconds % 60);
}

}  // namespace

ContainerRunner::ContainerRunner(const Services& services, std::string pod_uid, ContainerSpec spec,
                                 ContainerObserved& seen, ContainerListener listener)
    : services_(services),
      pod_uid_(std::move(pod_uid)),
      spec_(std::move(spec)),
      seen_(seen),
      listener_(std::move(listener)),
      end_requested_(services.loop),
      end_run_(services.loop),
      news_(services.loop) {}

std::string_view ContainerRunner::to_string(Role role) noexcept {
  switch (role) {
    case Role::startup:
      return "Startup";
    case Role::liveness:
      return "Liveness";
    case Role::readiness:
      return "Readiness";
  }
  return "";
}

void ContainerRunner::note(bool warning, std::string reason, std::string message) {
  listener_.happened({.warning = warning, .reason = std::move(reason), .message = std::move(message)});
}

void ContainerRunner::request_end(Duration grace) {
  grace_ = grace;
  end_requested_.set();
  end_run_.set();
  news_.set();
}

net::Task<void> ContainerRunner::run() {
  const auto* before = std::get_if<Terminated>(&seen_.state);
  if (before != nullptr && !wants_restart(spec_.policy, before->how)) co_return;
  while (!end_requested_.is_set()) {
    const TimePoint started = services_.loop.now();
    const process::ExitStatus how = co_await run_once();
    if (end_requested_.is_set() || !wants_restart(spec_.policy, how)) co_return;
    const Duration wait = backoff_.wait_after(started, services_.loop.now());
    const bool go_on = co_await wait_for_restart(wait);
    if (!go_on) co_return;
  }
}

/// False when the container was asked to end meanwhile; it then shows how its last run ended.
net::Task<bool> ContainerRunner::wait_for_restart(Duration wait) {
  if (wait <= Duration::zero()) co_return true;
  const auto end = std::get<Terminated>(seen_.state);
  seen_.last = end;
  seen_.state = Waiting{"CrashLoopBackOff", fmt::format("back-off {} restarting failed container={}",
                                                        seconds_text(wait), seen_.name)};
  listener_.changed();
  note(true, "BackOff", fmt::format("Back-off restarting failed container {}", seen_.name));
  const bool asked_to_end = co_await end_requested_.wait({}, services_.loop.now() + wait);
  if (asked_to_end) seen_.state = end;
  co_return !asked_to_end;
}

/// A container that has run before counts one restart more.
void ContainerRunner::begin_run() {
  if (const auto* end = std::get_if<Terminated>(&seen_.state)) seen_.last = *end;
  if (seen_.last) ++seen_.restarts;
  end_run_.reset();
  run_ended_ = false;
  grace_ = spec_.grace;
}

net::Task<process::ExitStatus> ContainerRunner::run_once() {
  begin_run();
  auto log = services_.logs.begin(pod_uid_, seen_.name, seen_.restarts);
  if (!log) co_return start_failed(log.error());
  auto output = process::Pipe::open();
  auto error = process::Pipe::open();
  if (!output || !error) co_return start_failed(output ? error.error() : output.error());
  note(false, "Created", fmt::format("Created container {}", seen_.name));

  process::TreeSpec spec;
  spec.argv = spec_.plan.argv;
  spec.environment = spec_.plan.environment;
  spec.working_directory = spec_.plan.working_directory;
  spec.mounts = spec_.plan.mounts;
  const int out = output->write.get();
  const int err = error->write.get();
  auto tree =
      co_await process::ProcessTree::start(services_.loop, services_.reaper, std::move(spec), out, err);
  output->write.close();
  error->write.close();
  if (!tree) co_return start_failed(tree.error());
  started(**tree);

  net::TaskGroup group(services_.loop);
  group.spawn(pump(output->read.release(), LogOrigin::output, **log));
  group.spawn(pump(error->read.release(), LogOrigin::error, **log));
  group.spawn(enforce_end(**tree, group.stop_token()));
  group.spawn(probe_all(services_.loop.now(), group));
  const process::ExitStatus how = co_await (*tree)->wait();
  run_ended_ = true;
  news_.set();
  group.request_stop();
  co_await group.join();
  ended(how);
  co_return how;
}

void ContainerRunner::started(const process::ProcessTree& tree) {
  started_at_ = services_.clock.wall_now();
  seen_.pid = tree.pid();
  seen_.state = Running{started_at_};
  seen_.started = !spec_.startup;
  seen_.ready = seen_.started && !spec_.readiness;
  if (end_requested_.is_set()) end_run_.set();
  listener_.changed();
  note(false, "Started", fmt::format("Started container {}", seen_.name));
}

process::ExitStatus ContainerRunner::start_failed(const Error& error) {
  const WallTime now = services_.clock.wall_now();
  const process::ExitStatus how{.code = kStartErrorCode};
  seen_.state = Terminated{
      .how = how, .reason = "StartError", .message = error.message, .started = now, .finished = now};
  seen_.ready = false;
  seen_.started = false;
  listener_.changed();
  note(true, "Failed", fmt::format("Error: {}", error.message));
  return how;
}

void ContainerRunner::ended(process::ExitStatus how) {
  seen_.state = terminated(how, started_at_, services_.clock.wall_now());
  seen_.ready = false;
  seen_.started = false;
  listener_.changed();
}

net::Task<void> ContainerRunner::pump(int fd, LogOrigin origin, LogWriter& log) {
  const auto stream = net::open_pipe_stream(services_.loop, fd);
  std::vector<char> bytes(64u << 10);
  for (;;) {
    const auto n = co_await stream->read(bytes);
    if (!n || *n == 0) co_return;
    log.write(origin, {bytes.data(), *n});
  }
}

net::Task<void> ContainerRunner::enforce_end(process::ProcessTree& tree, std::stop_token run_over) {
  const bool asked = co_await end_run_.wait(std::move(run_over));
  if (!asked || run_ended_) co_return;
  if (end_requested_.is_set()) note(false, "Killing", fmt::format("Stopping container {}", seen_.name));
  if (grace_ > Duration::zero()) tree.terminate();
  const TimePoint asked_at = services_.loop.now();
  while (!run_ended_ && services_.loop.now() < asked_at + grace_) {
    news_.reset();
    co_await news_.wait({}, asked_at + grace_);
  }
  if (!run_ended_) tree.kill();
}

net::Task<void> ContainerRunner::probe_all(TimePoint since, net::TaskGroup& group) {
  const std::stop_token run_over = group.stop_token();
  if (spec_.startup) co_await probe(Role::startup, *spec_.startup, since, run_over);
  if (run_over.stop_requested() || !seen_.started) co_return;
  if (spec_.liveness) group.spawn(probe(Role::liveness, *spec_.liveness, since, run_over));
  if (spec_.readiness) group.spawn(probe(Role::readiness, *spec_.readiness, since, run_over));
}

net::Task<void> ContainerRunner::probe(Role role, ProbeSpec spec, TimePoint since, std::stop_token run_over) {
  ProbeState state(spec, since, services_.loop.now());
  for (;;) {
    const bool due = co_await services_.loop.sleep_until(state.due(), run_over);
    if (!due) co_return;
    const ProbeOutcome outcome = co_await services_.prober.attempt(spec, spec_.plan, run_over);
    if (run_over.stop_requested()) co_return;
    const ProbeState::Verdict verdict = state.observe(outcome.success, services_.loop.now());
    if (verdict.counted_failure) {
      note(true, "Unhealthy", fmt::format("{} probe failed: {}", to_string(role), outcome.why));
    }
    if (verdict.changed) take_verdict(role, spec, state.status());
    const bool decided = role == Role::startup && state.status() != ProbeStatus::unknown;
    if (decided || end_run_.is_set()) co_return;
  }
}

void ContainerRunner::take_verdict(Role role, const ProbeSpec& spec, ProbeStatus status) {
  const bool success = status == ProbeStatus::success;
  if (role == Role::readiness) {
    seen_.ready = success;
  } else if (!success) {
    note(false, "Killing",
         fmt::format("Container {} failed {} probe, will be restarted", seen_.name,
                     role == Role::startup ? "startup" : "liveness"));
    grace_ = spec.termination_grace.value_or(std::chrono::ceil<std::chrono::seconds>(spec_.grace));
    end_run_.set();
  } else if (role == Role::startup) {
    seen_.started = true;
    seen_.ready = !spec_.readiness;
  }
  listener_.changed();
}

}  // namespace dynamo::node
