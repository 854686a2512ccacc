#include "apiserver/write_rules.h"

#include "api/builtin.h"
#include "apiserver/api_error.h"
#include "apiserver/builtin_checks.h"
#include "apiserver/definitions.h"
#include "apiserver/delete_rules.h"
#include "apiserver/encoding.h"
#include "schema/apply.h"

namespace dynamo::apiserver {
namespace {

constexpr std::size_t kMaxGenerateName = 58;  // what is longer is cut, so that the suffix still fits a label

bool is_status_door(const WriteContext& context) { return context.subresource == "status"; }

void copy_member(const Object& from, Object& to, std::string_view key) {
  if (const json::value* found = from.if_contains(key)) {
    to[key] = *found;
  } else {
    to.erase(key);
  }
}

/// Drops what the kind does not declare. Errors when that must not be.
Result<void> drop_unknown(const WriteContext& context, Object& object, std::vector<std::string>& warnings) {
  if (!context.kind.schema) return {};
  json::value value(std::move(object));
  const auto dropped = schema::prune(*context.kind.schema, value, schema::Root::resource);
  object = std::move(value.get_object());
  if (dropped.empty() || context.field_validation == FieldValidation::ignore) return {};
  std::string all;
  for (const auto& path : dropped) {
    std::string text = fmt::format("unknown field \"{}\"", path);
    all += (all.empty() ? "" : ", ") + text;
    warnings.push_back(std::move(text));
  }
  if (context.field_validation == FieldValidation::warn) return {};
  return std::unexpected(bad_request(fmt::format(
      "{} in version \"{}\" cannot be handled as a {}: strict decoding error: {}", context.kind.resource.kind,
      context.kind.resource.version, context.kind.resource.kind, all)));
}

/// Nulls as kubectl writes them ("creationTimestamp: null") mean nothing. Values of a wrong type are a
/// decoding error for built-in kinds and in the metadata of all; elsewhere in custom ones they are a
/// validation error.
Result<void> decode(const WriteContext& context, json::value& value, const schema::Schema& schema,
                    std::string_view at) {
  schema::drop_nulls(schema, value);
  for (const auto& error : schema::validate(schema, value, at)) {
    if (error.kind != schema::FieldErrorKind::type_invalid) continue;
    return std::unexpected(bad_request(fmt::format("{} in version \"{}\" cannot be handled as a {}: {}",
                                                   context.kind.resource.kind, context.kind.resource.version,
                                                   context.kind.resource.kind, error.to_string())));
  }
  return {};
}

Result<void> check_types(const WriteContext& context, Object& object) {
  static const schema::SchemaPtr kMetadata =
      api::builtin_definition("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
  if (context.kind.custom) return decode(context, object["metadata"], *kMetadata, "metadata");
  if (!context.kind.schema) return {};
  json::value value(std::move(object));
  auto decoded = decode(context, value, *context.kind.schema, "");
  object = std::move(value.get_object());
  return decoded;
}

void fill_in(const WriteContext& context, Object& object) {
  const Kind& kind = context.kind;
  if (kind.custom && kind.schema) {
    json::value value(std::move(object));
    schema::apply_defaults(*kind.schema, value);
    object = std::move(value.get_object());
  }
  if (kind.defaults != nullptr) kind.defaults(object);
}

Result<void> validate(const WriteContext& context, const Object& object, const Object* old) {
  const Kind& kind = context.kind;
  auto errors = check_metadata(object, kind.name_rule);
  if (kind.schema) {
    for (auto& error : schema::validate(*kind.schema, json::value(object)))
      errors.push_back(std::move(error));
  }
  if (errors.empty() && kind.check != nullptr) errors = kind.check(object, old);
  if (errors.empty()) return {};
  return std::unexpected(object_invalid(kind.resource, kube::name_of(object), errors));
}

/// Whoever writes through the main door does not own the status, even if the server filled it in.
void track(const WriteContext& context, const Object* live, Object& object) {
  json::value before = live == nullptr ? json::value(json::object{}) : json::value(*live);
  if (context.kind.has("status") && !is_status_door(context))
    copy_member(object, before.get_object(), "status");
  json::value after(std::move(object));
  const schema::FieldWriter writer{.name = context.manager,
                                   .api_version = context.kind.resource.api_version(),
                                   .subresource = context.subresource,
                                   .time = format_rfc3339(context.now)};
  schema::track_update(before, after, context.kind.schema.get(), writer);
  object = std::move(after.get_object());
}

void drop_empty_maps(Object& metadata) {
  for (const auto key : {"labels", "annotations", "finalizers", "ownerReferences"}) {
    const json::value* found = metadata.if_contains(key);
    const bool empty =
        found != nullptr && (found->is_null() || (found->is_object() && found->get_object().empty()) ||
                             (found->is_array() && found->get_array().empty()));
    if (empty) metadata.erase(key);
  }
}

/// Whether anything but metadata and status differs.
bool same_intent(const Kind& kind, const Object& a, const Object& b) {
  const auto intent = [&](const Object& object) {
    Object out = object;
    out.erase("metadata");
    if (kind.has("status")) out.erase("status");
    return out;
  };
  return intent(a) == intent(b);
}

/// What no writer may change: who the object is, and that it is being deleted.
void keep_identity(const Object& live, Object& next) {
  const Object& from = kube::object_at(live, {"metadata"});
  Object& to = kube::metadata(next);
  for (const auto key : {"name", "namespace", "uid", "creationTimestamp", "generation", "resourceVersion",
                         "generateName", "deletionTimestamp", "deletionGracePeriodSeconds"}) {
    copy_member(from, to, key);
  }
  to.erase("selfLink");
  drop_empty_maps(to);
}

/// `live` with what the status door may change taken from `next`.
Object through_status_door(const Object& live, Object next) {
  Object out = live;
  copy_member(next, out, "status");
  copy_member(kube::metadata(next), kube::metadata(out), "managedFields");
  return out;
}

Result<void> check_preconditions(const WriteContext& context, const Object& live, const Object& next) {
  const auto version = kube::resource_version_of(next);
  if (!version.empty() && version != kube::resource_version_of(live)) {
    return std::unexpected(object_changed(context.kind.resource, context.name));
  }
  const auto uid = kube::uid_of(next);
  if (!uid.empty() && uid != kube::uid_of(live)) {
    return std::unexpected(
        precondition_failed(context.kind.resource, context.name, "UID", uid, kube::uid_of(live)));
  }
  return {};
}

Result<void> name_new(Object& body) {
  Object& metadata = kube::metadata(body);
  if (!kube::resource_version_of(body).empty()) {
    return std::unexpected(bad_request("resourceVersion should not be set on objects to be created"));
  }
  const auto prefix = json::string_at(metadata, {"generateName"});
  if (kube::name_of(body).empty() && !prefix.empty()) {
    metadata["name"] = fmt::format("{}{}", prefix.substr(0, kMaxGenerateName), random_suffix());
  }
  return {};
}

}  // namespace

Result<void> fit_to_request(const WriteContext& context, Object& body) {
  const kube::Resource& resource = context.kind.resource;
  const std::string expected = resource.api_version();
  const auto version = json::string_at(body, {"apiVersion"}, expected);
  const auto kind = json::string_at(body, {"kind"}, resource.kind);
  if (version != expected) {
    return std::unexpected(bad_request(
        fmt::format("the API version in the data ({}) does not match the expected API version ({})", version,
                    resource.api_version())));
  }
  if (kind != resource.kind) {
    return std::unexpected(bad_request(fmt::format("{} in version \"{}\" cannot be handled as a {}", kind,
                                                   resource.version, resource.kind)));
  }
  body["apiVersion"] = expected;
  body["kind"] = resource.kind;
  json::value* metadata = body.if_contains("metadata");
  if (metadata != nullptr && !metadata->is_object() && !metadata->is_null()) {
    return std::unexpected(bad_request("metadata must be an object"));
  }
  const auto ns = kube::namespace_of(body);
  if (resource.namespaced && !ns.empty() && ns != context.ns) {
    return std::unexpected(bad_request(fmt::format(
        "the namespace of the provided object does not match the namespace sent on the request")));
  }
  if (resource.namespaced) {
    kube::metadata(body)["namespace"] = context.ns;
  } else {
    kube::metadata(body).erase("namespace");
  }
  const auto name = kube::name_of(body);
  if (!context.name.empty() && !name.empty() && name != context.name) {
    return std::unexpected(bad_request(fmt::format(
        "the name of the object ({}) does not match the name on the URL ({})", name, context.name)));
  }
  if (!context.name.empty()) kube::metadata(body)["name"] = context.name;
  return {};
}

Result<Written> prepare_create(const WriteContext& context, Object body, Ownership ownership) {
  Written out{.object = std::move(body)};
  Object& object = out.object;
  if (auto named = name_new(object); !named) return std::unexpected(named.error());
  if (auto known = drop_unknown(context, object, out.warnings); !known) return std::unexpected(known.error());
  if (auto typed = check_types(context, object); !typed) return std::unexpected(typed.error());
  if (context.kind.has("status")) object.erase("status");
  Object& metadata = kube::metadata(object);
  for (const auto key : {"deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "resourceVersion"})
    metadata.erase(key);
  drop_empty_maps(metadata);
  metadata["uid"] = random_uuid();
  metadata["creationTimestamp"] = format_rfc3339(context.now);
  metadata.erase("generation");
  if (context.kind.has_generation) metadata["generation"] = 1;
  fill_in(context, object);
  if (auto valid = validate(context, object, nullptr); !valid) return std::unexpected(valid.error());
  if (ownership == Ownership::track) track(context, nullptr, object);
  return out;
}

Result<Written> prepare_update(const WriteContext& context, const Object& live, Object next,
                               Ownership ownership) {
  Written out;
  if (auto ok = check_preconditions(context, live, next); !ok) return std::unexpected(ok.error());
  if (auto known = drop_unknown(context, next, out.warnings); !known) return std::unexpected(known.error());
  if (auto typed = check_types(context, next); !typed) return std::unexpected(typed.error());
  keep_identity(live, next);
  if (is_status_door(context)) {
    next = through_status_door(live, std::move(next));
  } else if (context.kind.has("status")) {
    copy_member(live, next, "status");
  }
  fill_in(context, next);
  if (auto valid = validate(context, next, &live); !valid) return std::unexpected(valid.error());
  if (ownership == Ownership::track) track(context, &live, next);
  if (context.kind.has_generation && !same_intent(context.kind, live, next)) {
    kube::metadata(next)["generation"] = kube::generation_of(live) + 1;
  }
  out.changed = next != live;
  out.finished = is_free_to_go(next);
  out.object = std::move(next);
  return out;
}

void restrict_to_door(const WriteContext& context, Object& applied) {
  if (!context.kind.has("status")) return;
  if (!is_status_door(context)) {
    applied.erase("status");
    return;
  }
  Object kept = kube::make_object(context.kind.resource, kube::key_of(applied));
  copy_member(applied, kept, "status");
  for (const auto key : {"uid", "resourceVersion", "managedFields"}) {
    copy_member(kube::metadata(applied), kube::metadata(kept), key);
  }
  applied = std::move(kept);
}

}  // namespace dynamo::apiserver
