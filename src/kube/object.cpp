#include "kube/object.h"

namespace dynamo::kube {

std::string_view view(boost::json::string_view text) noexcept { return {text.data(), text.size()}; }

std::string_view name_of(const Object& object) { return json::string_at(object, {"metadata", "name"}); }
std::string_view namespace_of(const Object& object) {
  return json::string_at(object, {"metadata", "namespace"});
}
std::string_view uid_of(const Object& object) { return json::string_at(object, {"metadata", "uid"}); }
std::string_view resource_version_of(const Object& object) {
  return json::string_at(object, {"metadata", "resourceVersion"});
}
std::int64_t generation_of(const Object& object) {
  return int_at(object, {"metadata", "generation"}).value_or(0);
}

NamespacedName key_of(const Object& object) {
  return {std::string(namespace_of(object)), std::string(name_of(object))};
}

bool is_deleting(const Object& object) {
  return !json::string_at(object, {"metadata", "deletionTimestamp"}).empty();
}

std::optional<WallTime> creation_time(const Object& object) {
  return parse_rfc3339(json::string_at(object, {"metadata", "creationTimestamp"}));
}

const Object& labels_of(const Object& object) { return object_at(object, {"metadata", "labels"}); }
const Object& annotations_of(const Object& object) { return object_at(object, {"metadata", "annotations"}); }

std::string_view label(const Object& object, std::string_view key) {
  return json::string_at(object, {"metadata", "labels", key});
}
std::string_view annotation(const Object& object, std::string_view key) {
  return json::string_at(object, {"metadata", "annotations", key});
}

Object& metadata(Object& object) { return json::ensure_object(object, "metadata"); }

void set_label(Object& object, std::string_view key, std::string_view value) {
  json::ensure_object(metadata(object), "labels")[key] = value;
}

void set_annotation(Object& object, std::string_view key, std::string_view value) {
  json::ensure_object(metadata(object), "annotations")[key] = value;
}

Object make_object(const Resource& resource, const NamespacedName& key) {
  Object meta{{"name", key.name}};
  if (!key.ns.empty()) meta["namespace"] = key.ns;
  return Object{
      {"apiVersion", resource.api_version()}, {"kind", resource.kind}, {"metadata", std::move(meta)}};
}

const json::array& array_at(const Object& object, std::initializer_list<std::string_view> path) {
  static const json::array kEmpty;
  const json::value* found = json::find(object, path);
  const json::array* array = found == nullptr ? nullptr : found->if_array();
  return array == nullptr ? kEmpty : *array;
}

const Object& object_at(const Object& object, std::initializer_list<std::string_view> path) {
  static const Object kEmpty;
  const json::value* found = json::find(object, path);
  const Object* inner = found == nullptr ? nullptr : found->if_object();
  return inner == nullptr ? kEmpty : *inner;
}

std::optional<std::int64_t> int_at(const Object& object, std::initializer_list<std::string_view> path) {
  const json::value* found = json::find(object, path);
  return found == nullptr ? std::nullopt : json::int_at(*found, {});
}

bool bool_at(const Object& object, std::initializer_list<std::string_view> path, bool fallback) {
  const json::value* found = json::find(object, path);
  return found == nullptr ? fallback : json::bool_at(*found, {}, fallback);
}

}  // namespace dynamo::kube
