#include "cli/commands.h"
#include "cli/connection.h"
#include "cli/files.h"
#include "kube/object.h"

#include "up/manifests.h"

namespace dynamo::cli {
namespace {

struct ApplyFlags {
  ConnectionFlags connection;
  std::vector<std::string> files;
  std::vector<std::string> objects;
  bool force = false;
  bool wait = true;
};

/// All objects of all files, in order, or every mistake of every file.
Result<std::vector<kube::Object>> read_objects(const std::vector<std::string>& names) {
  const auto inputs = read_inputs(names);
  if (!inputs) return std::unexpected(inputs.error());
  auto objects = up::read_manifests(*inputs);
  if (objects && objects->empty()) return fail(Errc::invalid, "the files hold no objects");
  return objects;
}

/// Objects that can be applied are applied, whatever becomes of the others.
net::Task<Result<int>> apply(Connection& connection, const ApplyFlags& f) {
  auto objects = read_objects(f.files);
  if (!objects) co_return fail(objects.error().code, "nothing was applied:\n" + objects.error().message);
  int failed = 0;
  for (kube::Object& object : *objects) {
    up::ApplyTo target{connection.client, connection.served, connection.ns, f.force};
    const auto applied = co_await up::apply_manifest(std::move(target), std::move(object));
    if (applied) {
      fmt::print("{} {}\n", applied->name, applied->outcome);
    } else {
      fmt::print(stderr, "dynamo apply: {}\n", applied.error().message);
      ++failed;
    }
  }
  co_return failed == 0 ? 0 : 1;
}

struct Named {
  kube::Resource resource;
  kube::NamespacedName key;
};

Result<std::vector<Named>> named_by_files(const Connection& connection,
                                          const std::vector<std::string>& files) {
  auto objects = read_objects(files);
  if (!objects) return std::unexpected(std::move(objects.error()));
  std::vector<Named> out;
  for (const kube::Object& object : *objects) {
    auto resource = kube::find_by_kind(connection.served, json::string_at(object, {"apiVersion"}),
                                       json::string_at(object, {"kind"}));
    if (!resource) return std::unexpected(std::move(resource.error()));
    Named named{*resource, kube::key_of(object)};
    if (resource->namespaced && named.key.ns.empty()) named.key.ns = connection.ns;
    out.push_back(std::move(named));
  }
  return out;
}

Result<std::vector<Named>> named_by_arguments(const Connection& connection,
                                              const std::vector<std::string>& arguments) {
  auto objects = parse_objects(connection, arguments);
  if (!objects) return std::unexpected(std::move(objects.error()));
  if (objects->names.empty())
    return fail(Errc::invalid, "name the objects: dynamo delete KIND NAME…, or -f FILE");
  std::vector<Named> out;
  for (const std::string& name : objects->names) {
    out.push_back({objects->resource, {objects->resource.namespaced ? connection.ns : "", name}});
  }
  return out;
}

/// Waits until the object of that uid is gone.
net::Task<Result<void>> wait_until_gone(net::Loop& loop, Connection& connection, Named named,
                                        std::string uid) {
  for (;;) {
    auto object = co_await connection.client.get(named.resource, named.key);
    if (!object && object.error().code == Errc::not_found) co_return Result<void>{};
    if (!object) co_return std::unexpected(std::move(object.error()));
    if (kube::uid_of(*object) != uid) co_return Result<void>{};
    co_await loop.sleep_for(std::chrono::milliseconds{100});
  }
}

net::Task<Result<void>> remove_one(net::Loop& loop, Connection& connection, Named named, bool wait) {
  auto object = co_await connection.client.get(named.resource, named.key);
  if (!object) co_return std::unexpected(std::move(object.error()));
  const std::string uid(kube::uid_of(*object));
  auto removed = co_await connection.client.remove(named.resource, named.key);
  if (!removed) co_return std::unexpected(std::move(removed.error()));
  fmt::print("{} deleted\n", up::display_name(named.resource, named.key.name));
  std::fflush(stdout);
  if (!wait) co_return Result<void>{};
  auto gone = co_await wait_until_gone(loop, connection, std::move(named), uid);
  co_return gone;
}

net::Task<Result<int>> remove(net::Loop& loop, Connection& connection, const ApplyFlags& f) {
  if (f.files.empty() == f.objects.empty()) {
    co_return fail(Errc::invalid, "name the objects, as KIND NAME… or KIND/NAME…, or give -f FILE");
  }
  auto named =
      f.files.empty() ? named_by_arguments(connection, f.objects) : named_by_files(connection, f.files);
  if (!named) co_return std::unexpected(std::move(named.error()));
  int failed = 0;
  for (const Named& one : *named) {
    auto removed = co_await remove_one(loop, connection, one, f.wait);
    if (removed) continue;
    fmt::print(stderr, "dynamo delete: {}\n", removed.error().message);
    ++failed;
  }
  co_return failed == 0 ? 0 : 1;
}

}  // namespace

Command apply_command() {
  const auto flags = std::make_shared<ApplyFlags>();
  return {.name = "apply",
          .help = "Create or change objects as files say",
          .details = "Everything is checked before anything is applied.",
          .declare =
              [flags](FlagSet& set) {
                set.list("-f,--filename", flags->files,
                         "File, directory, or - for standard input; repeatable",
                         {.required = true, .value_name = "FILE"});
                set.flag("--force-conflicts", flags->force, "Take over fields that others manage");
                declare_connection(set, flags->connection);
              },
          .run =
              [flags] {
                return with_connection(flags->connection, [flags](net::Loop&, Connection& connection) {
                  return apply(connection, *flags);
                });
              },
          .group = "Local platform"};
}

Command delete_command() {
  const auto flags = std::make_shared<ApplyFlags>();
  return {.name = "delete",
          .help = "Delete objects, and what belongs to them",
          .details = "",
          .declare =
              [flags](FlagSet& set) {
                set.positional("objects", flags->objects, "KIND NAME… or KIND/NAME…");
                set.list("-f,--filename", flags->files, "The objects of these files; repeatable",
                         {.value_name = "FILE"});
                set.flag("--wait,!--no-wait", flags->wait, "Return when they are gone");
                declare_connection(set, flags->connection);
              },
          .run =
              [flags] {
                return with_connection(flags->connection, [flags](net::Loop& loop, Connection& connection) {
                  return remove(loop, connection, *flags);
                });
              },
          .group = "Local platform"};
}

}  // namespace dynamo::cli
