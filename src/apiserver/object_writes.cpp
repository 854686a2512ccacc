#include "apiserver/object_writes.h"

#include <charconv>

#include "api/builtin.h"
#include "apiserver/api_error.h"
#include "apiserver/definitions.h"
#include "apiserver/object_reads.h"
#include "apiserver/patch.h"
#include "base/yaml.h"
#include "kube/conditions.h"
#include "schema/apply.h"

namespace dynamo::apiserver {
namespace {

constexpr std::string_view kDefinitions = "customresourcedefinitions.apiextensions.k8s.io";

bool is_scale(const Call& call) { return call.path.subresource == "scale"; }

/// An applied configuration may be YAML, of which JSON is a part.
Result<Object> read_applied(const Call& call) {
  auto parsed = yaml::parse(call.http.body);
  if (!parsed) return std::unexpected(bad_request("error decoding YAML: " + parsed.error().message));
  if (!parsed->is_object()) return std::unexpected(bad_request("an applied configuration must be an object"));
  return std::move(parsed->get_object());
}

/// A Scale that was applied or patched, as the object it stands for.
Result<Object> patched_scale(const Kind& kind, PatchType type, const Object& live, const json::value& patch) {
  const Kind as_scale{.resource = {"autoscaling", "v1", "scales", "Scale", true},
                      .custom = kind.custom,
                      .schema = api::builtin_definition("io.k8s.api.autoscaling.v1.Scale")};
  auto scale = patched(as_scale, type, scale_of(kind, live), patch);
  if (!scale) return scale;
  return with_scale(kind, live, *scale);
}

/// Binding says so in the pod's conditions too, as the scheduler may have said before that it cannot be done.
void mark_scheduled(Object& pod, WallTime now) {
  json::value& conditions = json::ensure_object(pod, "status")["conditions"];
  if (!conditions.is_array()) conditions.emplace_array();
  json::array& list = conditions.get_array();
  kube::remove_condition(list, "PodScheduled");
  const json::object scheduled{
      {"type", "PodScheduled"}, {"status", "True"}, {"lastTransitionTime", format_rfc3339(now)}};
  list.push_back(scheduled);
}

}  // namespace

Result<void> ObjectWrites::check_namespace(const Call& call) const {
  if (!call.kind->resource.namespaced) return {};
  const kube::Resource& namespaces = kube::resources::kNamespaces;
  const ObjectPtr ns = store_.head(Key{namespaces.group_resource(), "", call.path.ns});
  if (!ns) return std::unexpected(object_not_found(namespaces, call.path.ns));
  if (!kube::is_deleting(*ns)) return {};
  return std::unexpected(object_forbidden(
      call.kind->resource, call.path.name,
      fmt::format("unable to create new content in namespace {} because it is being terminated",
                  call.path.ns)));
}

net::Task<Result<ObjectPtr>> ObjectWrites::commit(Key key, Written written) {
  const bool definition = key.collection == kDefinitions;
  if (definition) establish(written.object, clock_.wall_now());
  const bool removed = written.finished;
  auto submitted = removed ? store_.submit(key, std::nullopt) : store_.submit(key, std::move(written.object));
  const Result<void> done = co_await store_.settled(submitted.pending);
  if (!done) co_return std::unexpected(done.error());
  if (definition && removed) registry_.remove_definition(key.name);
  if (definition && !removed) registry_.put_definition(*submitted.object);
  co_return submitted.object;
}

Outcome ObjectWrites::answer(const Call& call, const Object& object, int code,
                             std::vector<std::string> warnings) const {
  Answer out = Answer::of(is_scale(call) ? scale_of(*call.kind, object) : object, code);
  out.warnings = std::move(warnings);
  return out;
}

/// The common end of every write: nothing to do, only a rehearsal, or the real thing.
net::Task<Outcome> ObjectWrites::finish(Call call, Result<Written> written, int code) {
  if (!written) co_return std::unexpected(written.error());
  const auto dry_run = is_dry_run(call.http.query);
  if (!dry_run) co_return std::unexpected(dry_run.error());
  auto warnings = written->warnings;
  if (*dry_run || (!written->changed && !written->finished))
    co_return answer(call, written->object, code, std::move(warnings));
  Key key{call.kind->collection(), call.path.ns, std::string(kube::name_of(written->object))};
  const Result<ObjectPtr> stored = co_await commit(std::move(key), std::move(*written));
  if (!stored) co_return std::unexpected(stored.error());
  co_return answer(call, **stored, code, std::move(warnings));
}

net::Task<Outcome> ObjectWrites::create(Call call) {
  const auto context = write_context(call, clock_.wall_now());
  if (!context) co_return std::unexpected(context.error());
  auto body = read_object(call);
  if (!body) co_return std::unexpected(body.error());
  if (auto fits = fit_to_request(*context, *body); !fits) co_return std::unexpected(fits.error());
  if (auto ok = check_namespace(call); !ok) co_return std::unexpected(ok.error());
  auto written = prepare_create(*context, std::move(*body));
  if (written) {
    const std::string name(kube::name_of(written->object));
    if (store_.head(Key{call.kind->collection(), call.path.ns, name})) {
      co_return std::unexpected(object_exists(call.kind->resource, name));
    }
  }
  Outcome out = co_await finish(call, std::move(written), 201);
  co_return out;
}

Result<Written> ObjectWrites::prepare_put(const Call& call, const Object& live, Object body) const {
  auto context = write_context(call, clock_.wall_now());
  if (!context) return std::unexpected(context.error());
  if (is_scale(call)) {
    auto next = with_scale(*call.kind, live, body);
    if (!next) return std::unexpected(next.error());
    return prepare_update(*context, live, std::move(*next));
  }
  if (auto fits = fit_to_request(*context, body); !fits) return std::unexpected(fits.error());
  if (call.kind->custom && kube::resource_version_of(body).empty()) {
    return std::unexpected(
        object_invalid(call.kind->resource, call.path.name,
                       {schema::invalid("metadata.resourceVersion", 0, "must be specified for an update")}));
  }
  return prepare_update(*context, live, std::move(body));
}

net::Task<Outcome> ObjectWrites::update(Call call) {
  auto body = read_object(call);
  if (!body) co_return std::unexpected(body.error());
  const ObjectPtr live = store_.head(call.key());
  if (!live) co_return std::unexpected(object_not_found(call.kind->resource, call.path.name));
  Outcome out = co_await finish(call, prepare_put(call, *live, std::move(*body)), 200);
  co_return out;
}

Result<Written> ObjectWrites::prepare_apply(const Call& call, const ObjectPtr& live) const {
  auto context = write_context(call, clock_.wall_now());
  if (!context) return std::unexpected(context.error());
  if (call.http.query.get("fieldManager").empty()) {
    return std::unexpected(object_invalid({"meta.k8s.io", "v1", "patchoptions", "PatchOptions", false}, "",
                                          {schema::required("fieldManager", "is required for apply patch")}));
  }
  auto applied = read_applied(call);
  if (!applied) return std::unexpected(applied.error());
  if (is_scale(call)) {
    if (!live) return std::unexpected(object_not_found(call.kind->resource, call.path.name));
    Object config = kube::make_object(call.kind->resource, {call.path.ns, call.path.name});
    auto scaled = with_scale(*call.kind, std::move(config), *applied);
    if (!scaled) return std::unexpected(scaled.error());
    applied = std::move(*scaled);
  }
  if (auto fits = fit_to_request(*context, *applied); !fits) return std::unexpected(fits.error());
  if (!is_scale(call)) restrict_to_door(*context, *applied);

  const auto mode = call.http.query.has("force") && call.http.query.flag("force")
                        ? schema::ApplyMode::force
                        : schema::ApplyMode::refuse_conflicts;
  const schema::FieldWriter writer{.name = context->manager,
                                   .api_version = call.kind->resource.api_version(),
                                   .subresource = context->subresource,
                                   .time = format_rfc3339(context->now)};
  const json::value before = live ? json::value(*live) : json::value(json::object{});
  auto merged =
      schema::apply(before, json::value(std::move(*applied)), call.kind->schema.get(), writer, mode);
  if (!merged)
    return std::unexpected(merged.error().code == Errc::conflict ? apply_conflict(merged.error())
                                                                 : bad_request(merged.error().message));
  Object next = std::move(merged->get_object());
  if (live) return prepare_update(*context, *live, std::move(next), Ownership::kept);
  return prepare_create(*context, std::move(next), Ownership::kept);
}

Result<Written> ObjectWrites::prepare_patch(const Call& call, const Object& live) const {
  const auto type = patch_type_of(call.http.headers.get("Content-Type"));
  auto context = write_context(call, clock_.wall_now());
  if (!context) return std::unexpected(context.error());
  auto patch = read_body(call, BodyFormat::yaml_too);
  if (!patch) return std::unexpected(patch.error());
  auto next = is_scale(call) ? patched_scale(*call.kind, *type, live, *patch)
                             : patched(*call.kind, *type, live, *patch);
  if (!next) return std::unexpected(next.error());
  if (auto fits = fit_to_request(*context, *next); !fits) return std::unexpected(fits.error());
  return prepare_update(*context, live, std::move(*next));
}

net::Task<Outcome> ObjectWrites::patch(Call call) {
  const auto type = patch_type_of(call.http.headers.get("Content-Type"));
  if (!type) co_return std::unexpected(unsupported_media_type(accepted_patches(*call.kind)));
  const ObjectPtr live = store_.head(call.key());
  const bool apply = *type == PatchType::apply;
  if (!live && (!apply || !call.path.subresource.empty())) {
    co_return std::unexpected(object_not_found(call.kind->resource, call.path.name));
  }
  if (!live) {
    if (auto ok = check_namespace(call); !ok) co_return std::unexpected(ok.error());
  }
  auto written = apply ? prepare_apply(call, live) : prepare_patch(call, *live);
  Outcome out = co_await finish(call, std::move(written), live ? 200 : 201);
  co_return out;
}

Result<DeleteOptions> ObjectWrites::delete_options(const Call& call) const {
  const auto body = read_body(call);
  if (!body) return std::unexpected(body.error());
  auto options = parse_delete_options(*body);
  if (!options) return options;
  const net::Query& query = call.http.query;
  if (const auto policy = query.get("propagationPolicy"); !policy.empty()) options->propagation = policy;
  if (const auto text = query.get("gracePeriodSeconds"); !text.empty()) {
    std::int64_t seconds = 0;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    options->grace_seconds = seconds;
  }
  const auto dry_run = is_dry_run(query);
  if (!dry_run) return std::unexpected(dry_run.error());
  options->dry_run = options->dry_run || *dry_run;
  return options;
}

net::Task<Result<ObjectPtr>> ObjectWrites::commit_delete(Key key, DeletePlan plan) {
  Written written{.object = std::move(plan.object), .finished = plan.action == DeletePlan::Action::remove};
  Result<ObjectPtr> stored = co_await commit(std::move(key), std::move(written));
  co_return stored;
}

net::Task<Outcome> ObjectWrites::remove(Call call) {
  const auto options = delete_options(call);
  if (!options) co_return std::unexpected(options.error());
  const ObjectPtr live = store_.head(call.key());
  if (!live) co_return std::unexpected(object_not_found(call.kind->resource, call.path.name));
  auto plan = plan_delete(*call.kind, *live, *options, clock_.wall_now());
  if (!plan) co_return std::unexpected(plan.error());
  const auto action = plan->action;
  Object object = plan->object;
  if (action != DeletePlan::Action::nothing && !options->dry_run) {
    const Result<ObjectPtr> stored = co_await commit_delete(call.key(), std::move(*plan));
    if (!stored) co_return std::unexpected(stored.error());
    object = **stored;
  }
  const bool is_pod = call.kind->collection() == "pods";
  if (action != DeletePlan::Action::remove || is_pod) co_return Answer::of(object);
  co_return Answer::of(success_status(call.kind->resource, call.path.name, kube::uid_of(object)));
}

net::Task<Outcome> ObjectWrites::remove_collection(Call call) {
  const auto options = delete_options(call);
  if (!options) co_return std::unexpected(options.error());
  const auto selection = selection_of(call);
  if (!selection) co_return std::unexpected(selection.error());
  const auto objects = select_objects(store_, *call.kind, *selection);
  for (const auto& object : objects) {
    if (options->dry_run) break;
    Key key{call.kind->collection(), std::string(kube::namespace_of(*object)),
            std::string(kube::name_of(*object))};
    const Result<void> removed = co_await remove_object(call.kind, std::move(key), *options);
    if (!removed) co_return std::unexpected(removed.error());
  }
  co_return Answer::of(Object{
      {"kind", "Status"},
      {"apiVersion", "v1"},
      {"metadata", Object{}},
      {"status", "Success"},
      {"details", Object{{"group", call.kind->resource.group}, {"kind", call.kind->resource.plural}}}});
}

net::Task<Outcome> ObjectWrites::bind(Call call) {
  auto body = read_object(call);
  if (!body) co_return std::unexpected(body.error());
  const std::string node(json::string_at(*body, {"target", "name"}));
  if (node.empty()) co_return std::unexpected(bad_request("target.name must name a node"));
  const ObjectPtr live = store_.head(call.key());
  if (!live) co_return std::unexpected(object_not_found(call.kind->resource, call.path.name));
  const auto bound = json::string_at(*live, {"spec", "nodeName"});
  if (!bound.empty()) {
    co_return std::unexpected(object_forbidden(call.kind->resource, call.path.name,
                                               fmt::format("pod is already assigned to node \"{}\"", bound)));
  }
  Call as_pod = call;
  as_pod.path.subresource.clear();
  const auto context = write_context(as_pod, clock_.wall_now());
  if (!context) co_return std::unexpected(context.error());
  Object next = *live;
  json::ensure_object(next, "spec")["nodeName"] = node;
  auto written = prepare_update(*context, *live, std::move(next));
  if (written) mark_scheduled(written->object, clock_.wall_now());
  Outcome out = co_await finish(as_pod, std::move(written), 201);
  if (!out) co_return out;
  co_return Answer::of(Object{{"kind", "Status"},
                              {"apiVersion", "v1"},
                              {"metadata", Object{}},
                              {"status", "Success"},
                              {"code", 201}},
                       201);
}

net::Task<Outcome> ObjectWrites::evict(Call call) {
  const auto body = read_body(call);
  if (!body) co_return std::unexpected(body.error());
  const json::value* wanted = json::find(*body, {"deleteOptions"});
  const auto options = parse_delete_options(wanted == nullptr ? json::value() : *wanted);
  if (!options) co_return std::unexpected(options.error());
  if (!store_.head(call.key()))
    co_return std::unexpected(object_not_found(call.kind->resource, call.path.name));
  if (!options->dry_run) {
    const Result<void> removed = co_await remove_object(call.kind, call.key(), *options);
    if (!removed) co_return std::unexpected(removed.error());
  }
  co_return Answer::of(Object{{"kind", "Status"},
                              {"apiVersion", "v1"},
                              {"metadata", Object{}},
                              {"status", "Success"},
                              {"code", 201}},
                       201);
}

net::Task<Result<void>> ObjectWrites::ensure(KindPtr kind, Object object) {
  Key key{kind->collection(), std::string(kube::namespace_of(object)), std::string(kube::name_of(object))};
  if (store_.head(key)) co_return Result<void>{};
  const WriteContext context{
      .kind = *kind, .ns = key.ns, .manager = "dynamo-apiserver", .now = clock_.wall_now()};
  auto written = prepare_create(context, std::move(object));
  if (!written) co_return std::unexpected(written.error());
  const Result<ObjectPtr> stored = co_await commit(key, std::move(*written));
  if (!stored) co_return std::unexpected(stored.error());
  co_return Result<void>{};
}

net::Task<Result<void>> ObjectWrites::ensure_current(KindPtr kind, Object object) {
  const Key key{kind->collection(), std::string(kube::namespace_of(object)),
                std::string(kube::name_of(object))};
  const ObjectPtr live = store_.head(key);
  if (!live) {
    Result<void> made = co_await ensure(kind, std::move(object));
    co_return made;
  }
  const WriteContext context{
      .kind = *kind, .ns = key.ns, .name = key.name, .manager = "dynamo-apiserver", .now = clock_.wall_now()};
  for (const auto part : {"finalizers", "managedFields"}) {
    if (const json::value* kept = json::find(*live, {"metadata", part})) kube::metadata(object)[part] = *kept;
  }
  auto written = prepare_update(context, *live, std::move(object));
  if (!written) co_return std::unexpected(written.error());
  if (!written->changed) co_return Result<void>{};
  const Result<ObjectPtr> stored = co_await commit(key, std::move(*written));
  if (!stored) co_return std::unexpected(stored.error());
  co_return Result<void>{};
}

net::Task<Result<void>> ObjectWrites::remove_object(KindPtr kind, Key key, DeleteOptions options) {
  const ObjectPtr live = store_.head(key);
  if (!live) co_return Result<void>{};
  auto plan = plan_delete(*kind, *live, options, clock_.wall_now());
  if (!plan) co_return std::unexpected(plan.error());
  if (plan->action == DeletePlan::Action::nothing) co_return Result<void>{};
  const Result<ObjectPtr> stored = co_await commit_delete(key, std::move(*plan));
  if (!stored) co_return std::unexpected(stored.error());
  co_return Result<void>{};
}

net::Task<Result<void>> ObjectWrites::drop_finalizer(Key key, std::string finalizer) {
  const ObjectPtr live = store_.head(key);
  if (!live) co_return Result<void>{};
  Written written{.object = *live};
  for (const auto part : {"metadata", "spec"}) {
    json::value* list = nullptr;
    if (json::value* owner = written.object.if_contains(part); owner != nullptr && owner->is_object()) {
      list = owner->get_object().if_contains("finalizers");
    }
    if (list == nullptr || !list->is_array()) continue;
    json::array kept;
    for (const auto& name : list->get_array()) {
      if (json::string_at(name, {}) != finalizer) kept.push_back(name);
    }
    *list = std::move(kept);
  }
  written.finished = is_free_to_go(written.object);
  const Result<ObjectPtr> stored = co_await commit(key, std::move(written));
  if (!stored) co_return std::unexpected(stored.error());
  co_return Result<void>{};
}

}  // namespace dynamo::apiserver
