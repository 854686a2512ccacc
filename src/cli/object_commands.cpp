#include <algorithm>

#include "base/table.h"
#include "base/yaml.h"
#include "cli/commands.h"
#include "cli/connection.h"
#include "cli/printing.h"
#include "kube/object.h"
#include "net/signals.h"

#include "up/manifests.h"

/// The small commands on single objects: describe, events, scale, logs.
namespace dynamo::cli {
namespace {

struct ObjectFlags {
  ConnectionFlags connection;
  std::vector<std::string> objects;
  std::string output = "table";
  std::int64_t replicas = -1;
  std::string container;
  bool follow = false;
  bool previous = false;
  bool timestamps = false;
  std::optional<std::int64_t> tail;
};

template <class Run>
std::function<Result<int>()> connected(std::shared_ptr<ObjectFlags> flags, Run run) {
  return [flags, run] {
    if (flags->follow) net::block_signals();
    return with_connection(flags->connection, [flags, run](net::Loop& loop, Connection& connection) {
      return run(loop, connection, *flags);
    });
  };
}

/// When an event was last seen, in whichever of its fields says so.
std::optional<WallTime> event_time(const kube::Object& event) {
  for (const auto key : {"lastTimestamp", "eventTime", "firstTimestamp"}) {
    const auto time = parse_rfc3339(json::string_at(event, {key}));
    if (time) return time;
  }
  return kube::creation_time(event);
}

std::string events_text(std::vector<kube::Object> events) {
  std::ranges::sort(events, {}, event_time);
  const WallTime now = Clock::system().wall_now();
  TextTable table({"LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"});
  for (const kube::Object& event : events) {
    const auto time = event_time(event);
    const auto age =
        time ? std::chrono::duration_cast<std::chrono::seconds>(now - *time) : std::chrono::seconds{0};
    std::string object = fmt::format("{}/{}", json::string_at(event, {"involvedObject", "kind"}),
                                     json::string_at(event, {"involvedObject", "name"}));
    std::ranges::transform(object, object.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    table.add({format_age(age), std::string(json::string_at(event, {"type"})),
               std::string(json::string_at(event, {"reason"})), std::move(object),
               std::string(json::string_at(event, {"message"}))});
  }
  return table.empty() ? "No events.\n" : table.to_string();
}

net::Task<Result<int>> show_events(net::Loop&, Connection& connection, const ObjectFlags& f) {
  auto list = co_await connection.client.list_all(kube::resources::kEvents, connection.ns);
  if (!list) co_return std::unexpected(std::move(list.error()));
  if (f.output == "table") {
    fmt::print("{}", events_text(std::move(list->items)));
    co_return 0;
  }
  json::array items;
  for (auto& item : list->items) items.push_back(std::move(item));
  fmt::print("{}",
             document_text({{"apiVersion", "v1"}, {"kind", "List"}, {"items", std::move(items)}}, f.output));
  co_return 0;
}

net::Task<Result<int>> describe(net::Loop&, Connection& connection, const ObjectFlags& f) {
  auto objects = parse_objects(connection, f.objects);
  if (!objects) co_return std::unexpected(std::move(objects.error()));
  if (objects->names.empty()) co_return fail(Errc::invalid, "name the object: dynamo describe KIND NAME");
  for (const std::string& name : objects->names) {
    const std::string ns = objects->resource.namespaced ? connection.ns : "";
    auto object = co_await connection.client.get(objects->resource, {ns, name});
    if (!object) co_return std::unexpected(std::move(object.error()));
    kube::ListOptions about{.field_selector = fmt::format("involvedObject.uid={}", kube::uid_of(*object))};
    auto events = co_await connection.client.list_all(kube::resources::kEvents, ns, about);
    fmt::print("{}\n", document_text(std::move(*object), "yaml"));
    if (events) fmt::print("Events:\n{}", events_text(std::move(events->items)));
  }
  co_return 0;
}

net::Task<Result<int>> scale(net::Loop&, Connection& connection, const ObjectFlags& f) {
  auto objects = parse_objects(connection, f.objects);
  if (!objects) co_return std::unexpected(std::move(objects.error()));
  if (objects->names.empty())
    co_return fail(Errc::invalid, "name the object: dynamo scale dgdsa/NAME --replicas N");
  for (const std::string& name : objects->names) {
    auto scaled = co_await connection.client.scale(objects->resource, {connection.ns, name}, f.replicas);
    if (!scaled) co_return std::unexpected(std::move(scaled.error()));
    fmt::print("{} scaled to {}\n", up::display_name(objects->resource, name), f.replicas);
  }
  co_return 0;
}

net::Task<void> stop_on_signal(net::Loop& loop, std::stop_source stop, std::stop_token over) {
  const int signal = co_await net::wait_for_signal(loop, over);
  if (signal != 0) stop.request_stop();
}

net::Task<Result<int>> print_log(kube::Client& client, kube::NamespacedName pod, kube::LogOptions options,
                                 std::stop_token stop) {
  auto log = co_await client.logs(std::move(pod), std::move(options), stop);
  if (!log) co_return std::unexpected(std::move(log.error()));
  for (;;) {
    auto piece = co_await (*log)->read();
    if (!piece && piece.error().code == Errc::cancelled) co_return 0;
    if (!piece) co_return std::unexpected(std::move(piece.error()));
    if (piece->empty()) co_return 0;
    fmt::print("{}", *piece);
    std::fflush(stdout);
  }
}

net::Task<Result<int>> logs(net::Loop& loop, Connection& connection, const ObjectFlags& f) {
  std::string pod = f.objects.front();
  for (const std::string_view prefix : {"pod/", "pods/", "po/"}) {
    if (pod.starts_with(prefix)) pod.erase(0, prefix.size());
  }
  kube::LogOptions options{.container = f.container,
                           .follow = f.follow,
                           .previous = f.previous,
                           .timestamps = f.timestamps,
                           .tail_lines = f.tail};
  std::stop_source stop;
  net::TaskGroup group(loop);
  if (f.follow) group.spawn(stop_on_signal(loop, stop, group.stop_token()));
  kube::NamespacedName key{connection.ns, std::move(pod)};
  auto printed = co_await print_log(connection.client, std::move(key), std::move(options), stop.get_token());
  group.request_stop();
  co_await group.join();
  co_return printed;
}

}  // namespace

Command describe_command() {
  const auto flags = std::make_shared<ObjectFlags>();
  return {.name = "describe",
          .help = "Show one object in full, and its events",
          .details = "",
          .declare =
              [flags](FlagSet& set) {
                set.positional("objects", flags->objects, "KIND NAME… or KIND/NAME…", {.required = true});
                declare_connection(set, flags->connection);
              },
          .run = connected(flags, describe),
          .group = "Local platform"};
}

Command events_command() {
  const auto flags = std::make_shared<ObjectFlags>();
  return {.name = "events",
          .help = "Show what happened, oldest first",
          .details = "",
          .declare =
              [flags](FlagSet& set) {
                set.text("-o,--output", flags->output, "Form", {.allowed{"table", "json", "yaml"}});
                declare_connection(set, flags->connection);
              },
          .run = connected(flags, show_events),
          .group = "Local platform"};
}

Command scale_command() {
  const auto flags = std::make_shared<ObjectFlags>();
  return {.name = "scale",
          .help = "Set the number of replicas",
          .details = "",
          .declare =
              [flags](FlagSet& set) {
                set.positional("objects", flags->objects, "KIND NAME… or KIND/NAME…, e.g. dgdsa/agg-decode",
                               {.required = true});
                set.number("--replicas", flags->replicas, "How many",
                           {.required = true, .range{{0, 100'000}}});
                declare_connection(set, flags->connection);
              },
          .run = connected(flags, scale),
          .group = "Local platform"};
}

Command logs_command() {
  const auto flags = std::make_shared<ObjectFlags>();
  return {.name = "logs",
          .help = "Show what a pod's container printed",
          .details = "",
          .declare =
              [flags](FlagSet& set) {
                set.positional("pod", flags->objects, "Name of the pod", {.required = true});
                set.text("-c,--container", flags->container, "Which container, where there are several");
                set.flag("-f,--follow", flags->follow, "Go on until the container ends or Ctrl-C");
                set.flag("-p,--previous", flags->previous, "Of the run before the last restart");
                set.flag("--timestamps", flags->timestamps, "A time before each line");
                set.number("--tail", flags->tail, "Only so many lines from the end", {.range{{0, 1e9}}});
                declare_connection(set, flags->connection);
              },
          .run = connected(flags, logs),
          .group = "Local platform"};
}

}  // namespace dynamo::cli
