#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "kube/resource.h"

/// Reading and writing the metadata that every API object has. Views live as long as the object.
namespace dynamo::kube {

using Object = json::object;
/// Objects of a cache are shared snapshots: never edited, only replaced.
using ObjectPtr = std::shared_ptr<const Object>;

std::string_view name_of(const Object& object);
std::string_view namespace_of(const Object& object);
std::string_view uid_of(const Object& object);
std::string_view resource_version_of(const Object& object);
/// 0 when absent.
std::int64_t generation_of(const Object& object);
NamespacedName key_of(const Object& object);
/// Somebody asked for its deletion; finalizers or a grace period keep it for now.
bool is_deleting(const Object& object);
std::optional<WallTime> creation_time(const Object& object);

/// The labels (annotations) as a map; an empty one where there are none.
const Object& labels_of(const Object& object);
const Object& annotations_of(const Object& object);
/// Empty when absent.
std::string_view label(const Object& object, std::string_view key);
std::string_view annotation(const Object& object, std::string_view key);

Object& metadata(Object& object);
void set_label(Object& object, std::string_view key, std::string_view value);
void set_annotation(Object& object, std::string_view key, std::string_view value);

/// apiVersion, kind and metadata of a new object.
Object make_object(const Resource& resource, const NamespacedName& key);

/// The array at `path`, an empty one where it is absent or something else.
const json::array& array_at(const Object& object, std::initializer_list<std::string_view> path);
const Object& object_at(const Object& object, std::initializer_list<std::string_view> path);
std::optional<std::int64_t> int_at(const Object& object, std::initializer_list<std::string_view> path);
bool bool_at(const Object& object, std::initializer_list<std::string_view> path, bool fallback = false);

/// The text of a JSON string or of a member's key.
std::string_view view(boost::json::string_view text) noexcept;

}  // namespace dynamo::kube
