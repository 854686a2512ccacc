#include "apiserver/patch.h"

#include "apiserver/api_error.h"
#include "kube/selector.h"
#include "schema/json_patch.h"
#include "schema/merge_patch.h"
#include "schema/strategic_merge.h"

namespace dynamo::apiserver {
namespace {

const json::value* find_members(const Object& object, const std::vector<std::string>& path) {
  const json::object* here = &object;
  const json::value* found = nullptr;
  for (const auto& name : path) {
    found = here == nullptr ? nullptr : here->if_contains(name);
    if (found == nullptr) return nullptr;
    here = found->if_object();
  }
  return found;
}

std::int64_t number_at(const Object& object, const std::vector<std::string>& path) {
  const json::value* found = find_members(object, path);
  return found != nullptr && found->is_int64() ? found->get_int64() : 0;
}

std::string selector_text(const ScaleFields& fields, const Object& object) {
  if (!fields.selector.empty()) {
    const json::value* found = find_members(object, fields.selector);
    return found != nullptr && found->is_string() ? std::string(kube::view(found->get_string()))
                                                  : std::string{};
  }
  const auto selector = kube::LabelSelector::from_json(json::find(object, {"spec", "selector"}));
  return selector ? selector->to_string() : std::string{};
}

}  // namespace

std::optional<PatchType> patch_type_of(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' ')) content_type.remove_suffix(1);
  if (content_type == "application/merge-patch+json") return PatchType::merge;
  if (content_type == "application/json-patch+json") return PatchType::json;
  if (content_type == "application/strategic-merge-patch+json") return PatchType::strategic;
  if (content_type == "application/apply-patch+yaml") return PatchType::apply;
  return std::nullopt;
}

std::string_view accepted_patches(const Kind& kind) {
  if (kind.custom)
    return "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";
  return "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, "
         "application/apply-patch+yaml";
}

Result<Object> patched(const Kind& kind, PatchType type, const Object& live, const json::value& patch) {
  json::value next(live);
  Result<void> done;
  switch (type) {
    case PatchType::merge:
      if (!patch.is_object()) return std::unexpected(bad_request("a merge patch must be an object"));
      schema::apply_merge_patch(next, patch);
      break;
    case PatchType::json:
      done = schema::apply_json_patch(next, patch);
      if (!done)
        return std::unexpected(object_invalid(
            kind.resource, kube::name_of(live),
            {schema::invalid(
                "", nullptr,
                "the server rejected our request due to an error in our request: " + done.error().message)}));
      break;
    case PatchType::strategic:
      if (kind.custom || !kind.schema) return std::unexpected(unsupported_media_type(accepted_patches(kind)));
      done = schema::apply_strategic_merge(next, patch, *kind.schema);
      if (!done) return std::unexpected(bad_request(done.error().message));
      break;
    case PatchType::apply:
      return std::unexpected(bad_request("apply is not a patch of this kind"));
  }
  if (!next.is_object()) return std::unexpected(bad_request("a patch must leave an object"));
  return std::move(next.get_object());
}

Object scale_of(const Kind& kind, const Object& object) {
  Object metadata;
  for (const auto key : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
    const auto text = json::string_at(object, {"metadata", key});
    if (!text.empty()) metadata[key] = text;
  }
  Object status{{"replicas", number_at(object, kind.scale->status_replicas)}};
  if (auto selector = selector_text(*kind.scale, object); !selector.empty())
    status["selector"] = std::move(selector);
  return Object{{"kind", "Scale"},
                {"apiVersion", "autoscaling/v1"},
                {"metadata", std::move(metadata)},
                {"spec", Object{{"replicas", number_at(object, kind.scale->spec_replicas)}}},
                {"status", std::move(status)}};
}

Result<Object> with_scale(const Kind& kind, Object object, const Object& scale) {
  const json::value* replicas = json::find(scale, {"spec", "replicas"});
  if (replicas != nullptr && !replicas->is_int64())
    return std::unexpected(bad_request("spec.replicas must be a whole number"));
  const std::int64_t wanted = replicas == nullptr ? 0 : replicas->get_int64();
  if (wanted < 0 || wanted > INT32_MAX) {
    const kube::Resource as_scale{"autoscaling", "v1", "scale", "Scale", true};
    return std::unexpected(
        object_invalid(as_scale, kube::name_of(object),
                       {schema::invalid("spec.replicas", wanted, "must be greater than or equal to 0")}));
  }
  json::object* here = &object;
  const auto& path = kind.scale->spec_replicas;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) here = &json::ensure_object(*here, path[i]);
  (*here)[path.back()] = wanted;
  const auto version = kube::resource_version_of(scale);
  if (!version.empty()) kube::metadata(object)["resourceVersion"] = version;
  return object;
}

}  // namespace dynamo::apiserver
