#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "kube/object.h"
#include "kube/resource.h"
#include "schema/field_error.h"
#include "schema/schema.h"

namespace dynamo::apiserver {

using kube::Object;
using kube::ObjectPtr;

/// A column of `kubectl get`.
struct Column {
  std::string name;
  std::string type = "string";  // string, integer, number, boolean, date
  std::string format{};         // "name" for the first one
  int priority = 0;             // above 0: only with -o wide
  std::function<json::value(const Object&, WallTime now)> cell;
  std::string description{};
};

/// Where the scale subresource reads and writes, as member names.
struct ScaleFields {
  std::vector<std::string> spec_replicas;
  std::vector<std::string> status_replicas;
  std::vector<std::string> selector{};  // of a selector in text form; empty = `spec.selector` as an object
};

/// What names of this kind must look like.
enum class NameRule { subdomain, label, service, path_segment };

/// Everything that the server needs to know of one resource at one version.
struct Kind {
  kube::Resource resource;
  std::string singular{};
  std::vector<std::string> short_names{};
  std::vector<std::string> categories{};
  std::vector<std::string> subresources{};  // "status", "scale", "log", "token", …
  std::optional<ScaleFields> scale{};
  NameRule name_rule = NameRule::subdomain;
  bool custom = false;          // from a CustomResourceDefinition
  bool created_only = false;    // a question, answered and forgotten (SelfSubjectAccessReview)
  bool has_generation = false;  // metadata.generation counts changes of what is neither metadata nor status
  schema::SchemaPtr schema{};   // null = anything goes
  std::string definition{};     // name in OpenAPI documents
  void (*defaults)(Object&) = nullptr;
  /// Rules that a schema cannot say; `old` is null on create.
  std::vector<schema::FieldError> (*check)(const Object&, const Object* old) = nullptr;
  std::vector<Column> columns{};            // without the first one, NAME
  std::vector<std::string> field_labels{};  // field selectors besides metadata.name and metadata.namespace

  bool has(std::string_view subresource) const;
  std::vector<std::string> verbs() const;
  /// The store's collection: the same for all versions of a group's resource.
  std::string collection() const { return resource.group_resource(); }
  std::string singular_name() const;
};

using KindPtr = std::shared_ptr<const Kind>;

}  // namespace dynamo::apiserver
