#include "cli/commands.h"
#include "cli/connection.h"
#include "cli/printing.h"
#include "net/signals.h"

#include "up/manifests.h"

namespace dynamo::cli {
namespace {

constexpr const char* kTableAccept =
    "application/json;as=Table;v=v1;g=meta.k8s.io,application/"
    "json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";

struct GetFlags {
  ConnectionFlags connection;
  std::vector<std::string> objects;
  std::string output = "table";
  std::string selector;
  bool all_namespaces = false;
  bool watch = false;
  bool no_headers = false;
};

void declare(FlagSet& set, GetFlags& f) {
  set.positional("objects", f.objects, "KIND, KIND NAME… or KIND/NAME…; nothing = graphs and their pods");
  set.text("-o,--output", f.output, "Form", {.allowed{"table", "wide", "json", "yaml", "name"}});
  set.text("-l,--selector", f.selector, "Labels that objects must have, e.g. app=a,tier!=b");
  set.flag("-A,--all-namespaces", f.all_namespaces, "Objects of all namespaces");
  set.flag("-w,--watch", f.watch, "Then go on showing changes until Ctrl-C");
  set.flag("--no-headers", f.no_headers, "Rows only");
  declare_connection(set, f.connection);
}

TableOptions table_options(const GetFlags& f, bool with_headings) {
  return {.wide = f.output == "wide",
          .with_namespace = f.all_namespaces,
          .with_headings = with_headings && !f.no_headers};
}

/// What is asked for: one collection, or one object of it.
struct Target {
  kube::Resource resource;
  std::string ns;
  std::string name;  // empty = all
};

kube::ApiRequest request_for(const Target& target, const GetFlags& f) {
  kube::ListOptions options{.label_selector = f.selector};
  if (!target.name.empty()) return kube::get_request(target.resource, {target.ns, target.name});
  return kube::list_request(target.resource, target.ns, options);
}

net::Task<Result<int>> show_table(kube::Client& client, Target target, const GetFlags& f) {
  kube::ApiRequest request = request_for(target, f);
  request.accept = kTableAccept;
  request.query.emplace_back("includeObject", "Object");
  auto table = co_await client.send(std::move(request));
  if (!table) co_return std::unexpected(std::move(table.error()));
  const json::value* rows = json::find(*table, {"rows"});
  if (rows == nullptr || !rows->is_array() || rows->get_array().empty()) {
    fmt::print(stderr, "No {} found{}.\n", target.resource.plural,
               target.ns.empty() ? "" : fmt::format(" in namespace {}", target.ns));
    co_return 0;
  }
  fmt::print("{}", table_text(*table, table_options(f, true)));
  co_return 0;
}

std::string object_name(const kube::Resource& resource, const json::value& object) {
  return up::display_name(resource, json::string_at(object, {"metadata", "name"}));
}

net::Task<Result<int>> show_document(kube::Client& client, Target target, const GetFlags& f) {
  auto answer = co_await client.send(request_for(target, f));
  if (!answer) co_return std::unexpected(std::move(answer.error()));
  if (f.output != "name") {
    fmt::print("{}", document_text(std::move(*answer), f.output));
    co_return 0;
  }
  const json::value* items = json::find(*answer, {"items"});
  if (items == nullptr || !items->is_array()) {
    fmt::print("{}\n", object_name(target.resource, *answer));
    co_return 0;
  }
  for (const json::value& item : items->get_array()) fmt::print("{}\n", object_name(target.resource, item));
  co_return 0;
}

/// One row per change, until a signal. The server ends a watch from time to time; it is resumed where it
/// stood.
net::Task<void> follow(kube::Client& client, Target target, const GetFlags& f, std::string version,
                       std::stop_token stop) {
  while (!stop.stop_requested()) {
    kube::WatchOptions options{.label_selector = f.selector, .resource_version = version};
    if (!target.name.empty()) options.field_selector = fmt::format("metadata.name={}", target.name);
    auto watch = co_await client.watch(target.resource, target.ns, options, stop);
    if (!watch) co_return;
    for (;;) {
      auto event = co_await (*watch)->next();
      if (!event || !*event) break;
      version = kube::resource_version_of((**event).object);
      if ((**event).type == kube::WatchEvent::Type::bookmark) continue;
      Target one{target.resource, std::string(kube::namespace_of((**event).object)),
                 std::string(kube::name_of((**event).object))};
      if ((**event).type == kube::WatchEvent::Type::deleted) {
        fmt::print("{} deleted\n", one.name);
      } else {
        kube::ApiRequest request = kube::get_request(one.resource, {one.ns, one.name});
        request.accept = kTableAccept;
        request.query.emplace_back("includeObject", "Object");
        auto table = co_await client.send(std::move(request));
        if (table) fmt::print("{}", table_text(*table, table_options(f, false)));
      }
      std::fflush(stdout);
    }
  }
}

net::Task<void> stop_on_signal(net::Loop& loop, std::stop_source stop, std::stop_token over) {
  const int signal = co_await net::wait_for_signal(loop, over);
  if (signal != 0) stop.request_stop();
}

net::Task<Result<int>> watch(net::Loop& loop, kube::Client& client, Target target, const GetFlags& f) {
  auto list = co_await client.list(target.resource, target.ns, {.label_selector = f.selector});
  if (!list) co_return std::unexpected(std::move(list.error()));
  std::stop_source stop;
  net::TaskGroup group(loop);
  group.spawn(stop_on_signal(loop, stop, group.stop_token()));
  co_await follow(client, target, f, list->resource_version, stop.get_token());
  group.request_stop();
  co_await group.join();
  co_return 0;
}

net::Task<Result<int>> show(kube::Client& client, Target target, const GetFlags& f) {
  const bool table = f.output == "table" || f.output == "wide";
  if (table) {
    auto shown = co_await show_table(client, std::move(target), f);
    co_return shown;
  }
  auto shown = co_await show_document(client, std::move(target), f);
  co_return shown;
}

net::Task<Result<int>> get(net::Loop& loop, Connection& connection, const GetFlags& f) {
  std::vector<std::vector<std::string>> wanted{f.objects};
  if (f.objects.empty()) wanted = {{"dynamographdeployments"}, {"pods"}};
  for (const auto& arguments : wanted) {
    auto objects = parse_objects(connection, arguments);
    if (!objects) co_return std::unexpected(std::move(objects.error()));
    const bool everywhere = f.all_namespaces || !objects->resource.namespaced;
    Target target{objects->resource, everywhere ? "" : connection.ns, ""};
    if (objects->names.empty()) objects->names.push_back("");
    for (const std::string& name : objects->names) {
      target.name = name;
      auto shown = co_await show(connection.client, target, f);
      if (!shown) co_return shown;
    }
    std::fflush(stdout);
    if (f.watch) {
      auto watched = co_await watch(loop, connection.client, target, f);
      co_return watched;
    }
    if (wanted.size() > 1 && &arguments != &wanted.back()) fmt::print("\n");
  }
  co_return 0;
}

}  // namespace

Command get_command() {
  const auto flags = std::make_shared<GetFlags>();
  return {.name = "get",
          .help = "Show objects of a platform",
          .details = "Kinds go by plural, singular or short name: dynamo get dgd, dynamo get pods -o wide",
          .declare = [flags](FlagSet& set) { declare(set, *flags); },
          .run =
              [flags] {
                if (flags->watch) net::block_signals();
                return with_connection(flags->connection, [flags](net::Loop& loop, Connection& connection) {
                  return get(loop, connection, *flags);
                });
              },
          .group = "Local platform"};
}

}  // namespace dynamo::cli
