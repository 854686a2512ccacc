#include "up/session.h"

#include <unistd.h>

#include "base/file.h"
#include "kube/kubeconfig.h"
#include "net/http_client.h"
#include "net/signals.h"
#include "operator/resources.h"

#include "up/display.h"

namespace dynamo::up {
namespace {

constexpr int kEndedBySecondSignal = 130;

/// Graphs among the objects, as keys.
std::vector<kube::NamespacedName> graphs_among(const std::vector<kube::Object>& objects,
                                               const std::string& ns) {
  std::vector<kube::NamespacedName> out;
  for (const kube::Object& object : objects) {
    if (json::string_at(object, {"kind"}) != operators::resources::kGraphs.kind) continue;
    kube::NamespacedName key = kube::key_of(object);
    if (key.ns.empty()) key.ns = ns;
    out.push_back(std::move(key));
  }
  return out;
}

net::Task<Result<void>> apply_all(kube::Client& client, std::vector<kube::Object> objects,
                                  Reporter& reporter) {
  if (objects.empty()) co_return Result<void>{};
  const auto served = co_await kube::discover(client);
  if (!served) co_return std::unexpected(served.error());
  for (kube::Object& object : objects) {
    ApplyTo target{.client = client, .served = *served, .ns = "default", .force = true};
    const auto applied = co_await apply_manifest(std::move(target), std::move(object));
    if (!applied) co_return std::unexpected(applied.error());
    reporter.say(fmt::format("{} {}", applied->name, applied->outcome));
  }
  co_return Result<void>{};
}

/// Every pod of the graph that is to stay. After a restart of the platform the graph's own status speaks of
/// the time before.
bool has_only_ready_pods(const kube::NamespacedName& graph, const kube::Cache& pods) {
  return std::ranges::all_of(pods.list(graph.ns), [&](const kube::ObjectPtr& pod) {
    return graph_of(*pod) != graph || kube::is_deleting(*pod) || is_ready(*pod);
  });
}

/// The first graph that is not as its owner wants it, with its state; empty when all are. A state counts only
/// when it is about the graph's present generation.
std::string first_unready(const std::vector<kube::NamespacedName>& wanted, const Watched& watched) {
  for (const kube::NamespacedName& key : wanted) {
    const kube::ObjectPtr graph = watched.graphs.get(key);
    if (!graph) return fmt::format("graph {} does not exist", key.to_string());
    const auto observed = json::int_at(json::value(*graph), {"status", "observedGeneration"});
    const bool current = !observed || *observed >= kube::generation_of(*graph);
    const bool ready =
        current && graph_state(*graph) == "successful" && has_only_ready_pods(key, watched.pods);
    if (!ready) return graph_line(*graph, {});
  }
  return {};
}

net::Task<Result<void>> wait_until_ready(std::vector<kube::NamespacedName> graphs, Watched watched,
                                         TimePoint deadline, std::stop_token stop) {
  for (;;) {
    watched.changed.reset();
    const std::string unready = first_unready(graphs, watched);
    if (unready.empty()) co_return Result<void>{};
    const bool changed = co_await watched.changed.wait(stop, deadline);
    if (stop.stop_requested()) co_return fail(Errc::cancelled, "stopped before all graphs were ready");
    if (!changed) co_return fail(Errc::timeout, fmt::format("not ready in time: {}", unready));
  }
}

/// A graph with workers that can be reached from here.
bool serves_models(const kube::Object& graph) {
  for (const auto& [name, service] : kube::object_at(graph, {"spec", "services"})) {
    const std::string_view type = json::string_at(service, {"componentType"});
    if (type == "worker" || type == "decode") return true;
  }
  return false;
}

net::Task<bool> lists_a_model(net::HttpClient& client, const std::string& url) {
  auto models = net::Url::parse(url + "/v1/models");
  if (!models) co_return false;
  net::HttpClientRequest request;
  request.url = std::move(*models);
  auto answer = co_await client.send(std::move(request));
  if (!answer || (*answer)->status() != 200) co_return false;
  const auto body = co_await (*answer)->read_all();
  const auto list = body ? json::parse(*body) : std::unexpected(body.error());
  const json::value* models_listed = list ? json::find(*list, {"data"}) : nullptr;
  co_return models_listed != nullptr && models_listed->is_array() && !models_listed->get_array().empty();
}

/// A frontend is ready before it knows a model; people want to hear of a graph that answers.
net::Task<Result<void>> wait_for_models(net::Loop& loop, std::vector<kube::NamespacedName> graphs,
                                        Watched watched, TimePoint deadline, std::stop_token stop) {
  constexpr std::chrono::milliseconds kPause{20};
  net::HttpClient client(loop);
  for (const kube::NamespacedName& key : graphs) {
    const kube::ObjectPtr graph = watched.graphs.get(key);
    const PublishedUrls urls = watched.urls();
    const auto url = urls.find(key);
    if (!graph || !serves_models(*graph) || url == urls.end()) continue;
    for (;;) {
      const bool listed = co_await lists_a_model(client, url->second);
      if (listed) break;
      co_await loop.sleep_for(kPause, stop);
      if (stop.stop_requested()) co_return fail(Errc::cancelled, "stopped before all graphs were ready");
      if (loop.now() >= deadline) {
        co_return fail(Errc::timeout, fmt::format("graph {} lists no model in time", key.to_string()));
      }
    }
  }
  co_return Result<void>{};
}

std::string gpu_line(const node::MachineCapacity& machine) {
  if (machine.gpus_simulated) return fmt::format("GPUs: {}, simulated (this machine has none)", machine.gpus);
  return fmt::format("GPUs: {}", machine.gpus);
}

/// What stands above the live table.
std::string heading_of(const SessionOptions& options, const Platform& platform) {
  return fmt::format("dynamo {} is up · {} · Ctrl-C ends it\n\n", options.name, gpu_line(platform.machine()));
}

net::Task<void> end_at_second_signal(net::Loop& loop, std::stop_token stop) {
  const int signal = co_await net::wait_for_signal(loop, std::move(stop));
  if (signal != 0) ::_exit(kEndedBySecondSignal);  // the reapers end all pods
}

Watched watched_of(Platform& platform) {
  return {.graphs = platform.graphs(),
          .pods = platform.pods(),
          .urls = [&platform] { return platform.urls(); },
          .changed = platform.changed()};
}

/// Tells the outcome of the start; the platform goes on whatever it is.
net::Task<void> tell_when_ready(net::Loop& loop, Platform& platform, std::vector<kube::NamespacedName> graphs,
                                TimePoint deadline, Reporter& reporter, std::stop_token stop) {
  Watched watched = watched_of(platform);
  auto ready = co_await wait_until_ready(graphs, watched, deadline, stop);
  if (ready) ready = co_await wait_for_models(loop, std::move(graphs), watched, deadline, stop);
  if (!ready) co_return reporter.not_ready(ready.error());
  reporter.ready();
}

net::Task<void> stop_platform(net::Loop& loop, Platform& platform) {
  net::TaskGroup group(loop);
  group.spawn(end_at_second_signal(loop, group.stop_token()));
  co_await platform.stop();
  group.request_stop();
  co_await group.join();
}

/// Until a signal: shows what happens and tells when the graphs are ready.
net::Task<void> attend(net::Loop& loop, SessionOptions& options, Platform& platform,
                       std::vector<kube::NamespacedName> graphs, Reporter& reporter) {
  net::TaskGroup group(loop);
  const TimePoint deadline = loop.now() + options.ready_timeout;
  Watched watched = watched_of(platform);
  if (options.output == SessionOptions::Output::table) {
    group.spawn(draw_table(loop, std::move(watched), heading_of(options, platform), group.stop_token()));
  } else {
    group.spawn(print_changes(loop, std::move(watched), group.stop_token()));
  }
  group.spawn(tell_when_ready(loop, platform, std::move(graphs), deadline, reporter, group.stop_token()));
  co_await net::wait_for_signal(loop);
  group.request_stop();
  co_await group.join();
}

Result<void> refuse_missing_engines(const SessionOptions& options, const std::vector<kube::Object>& objects) {
  if (options.platform.engine != node::EngineMode::real) return {};
  const auto missing =
      missing_engines(objects, node::installed_engines(options.platform.environment.get_or("PATH", "")));
  if (missing.empty()) return {};
  return fail(Errc::unsupported,
              fmt::format("--engine real, and these engines are not installed on this machine: {}",
                          fmt::join(missing, "; ")));
}

}  // namespace

net::Task<Result<void>> run_session(net::Loop& loop, SessionOptions options, telemetry::Logger log,
                                    Reporter& reporter) {
  auto objects = read_manifests(options.manifests);
  if (!objects) co_return std::unexpected(std::move(objects.error()));
  if (auto allowed = refuse_missing_engines(options, *objects); !allowed) co_return allowed;
  auto platform = Platform::open(loop, options.platform, std::move(log));
  if (!platform) co_return std::unexpected(std::move(platform.error()));
  auto begun = co_await (*platform)->start();
  if (begun) {
    if (const auto& aside = (*platform)->kept_aside()) {
      reporter.say(
          fmt::format("the state file was corrupt; it is kept as {} and a new one was begun", *aside));
    }
    reporter.say(fmt::format("dynamo {} is up; {}", options.name, gpu_line((*platform)->machine())));
    reporter.say(fmt::format("kubectl --kubeconfig {}", options.platform.state.kubeconfig().string()));
    std::vector<kube::NamespacedName> graphs = graphs_among(*objects, "default");
    begun = co_await apply_all((*platform)->client(), std::move(*objects), reporter);
    if (begun) co_await attend(loop, options, **platform, std::move(graphs), reporter);
  }
  co_await stop_platform(loop, **platform);
  co_return begun;
}

Result<std::unique_ptr<kube::Client>> client_of_running(net::Loop& loop, const StateDir& state) {
  if (lock_holder(state.lock().string()) == 0) {
    return fail(Errc::not_found, "no platform runs under this name; start one with: dynamo up");
  }
  const std::string path = state.kubeconfig().string();
  const auto text = read_file(path);
  if (!text) return std::unexpected(text.error());
  const auto parsed = kube::parse_kubeconfig(*text, path);
  if (!parsed) return std::unexpected(parsed.error());
  auto config = kube::resolve_kubeconfig(*parsed, "", kube::read_text_file);
  if (!config) return std::unexpected(std::move(config.error()));
  return kube::Client::make(loop, std::move(*config));
}

namespace {

/// The URLs that the running platform has written down.
PublishedUrls urls_in(const StateDir& state) {
  PublishedUrls out;
  const auto text = read_file(state.status().string());
  if (!text) return out;
  const auto status = json::parse(*text);
  const json::value* graphs = status ? json::find(*status, {"graphs"}) : nullptr;
  if (graphs == nullptr || !graphs->is_object()) return out;
  for (const auto& [name, url] : graphs->get_object()) {
    const std::string_view key = name;
    const auto slash = key.find('/');
    if (slash == std::string_view::npos || !url.is_string()) continue;
    out[{std::string(key.substr(0, slash)), std::string(key.substr(slash + 1))}] =
        std::string(url.get_string());
  }
  return out;
}

}  // namespace

net::Task<Result<void>> apply_to_running(net::Loop& loop, StateDir state, std::vector<ManifestText> manifests,
                                         Duration ready_timeout) {
  auto objects = read_manifests(manifests);
  if (!objects) co_return std::unexpected(std::move(objects.error()));
  auto client = client_of_running(loop, state);
  if (!client) co_return std::unexpected(std::move(client.error()));
  const std::vector<kube::NamespacedName> wanted = graphs_among(*objects, "default");
  Reporter reporter;
  auto done = co_await apply_all(**client, std::move(*objects), reporter);
  if (!done) co_return done;

  kube::Cache graphs(**client, operators::resources::kGraphs);
  kube::Cache pods(**client, kube::resources::kPods);
  net::Event changed(loop);
  for (kube::Cache* cache : {&graphs, &pods}) {
    cache->on_change([&changed](const kube::Change&) { changed.set(); });
  }
  net::TaskGroup group(loop);
  group.spawn(graphs.run(group.stop_token()));
  group.spawn(pods.run(group.stop_token()));
  Watched watched{
      .graphs = graphs, .pods = pods, .urls = [state] { return urls_in(state); }, .changed = changed};
  const TimePoint deadline = loop.now() + ready_timeout;
  done = co_await wait_until_ready(wanted, watched, deadline, {});
  if (done) done = co_await wait_for_models(loop, wanted, watched, deadline, {});
  const auto all_graphs = graphs.list();
  const auto all_pods = pods.list();
  fmt::print("{}", overview(all_graphs, all_pods, urls_in(state), Clock::system().wall_now()));
  group.request_stop();
  co_await group.join();
  co_return done;
}

}  // namespace dynamo::up
