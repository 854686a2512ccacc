#pragma once

#include <span>
#include <string_view>

#include "base/json.h"
#include "schema/schema.h"

/// What Kubernetes says of its own kinds: field names, types, list-map and patch keys. Facts of a real API
/// server's OpenAPI document without descriptions, for the kinds that the platform makes or reads.
namespace dynamo::api {

/// The schema of a built-in kind, "apps" "v1" "Deployment"; the core group is "". Null for a kind that the
/// table does not have. Members apiVersion, kind and metadata are in it. Values of x-kubernetes-patch-* are
/// kept. Quantities have the format "quantity"; parts that take any JSON keep unknown fields.
const schema::Schema* builtin_schema(std::string_view group, std::string_view version, std::string_view kind);

/// The schema of a definition by its full name, "io.k8s.api.core.v1.PodSpec"; null when it is not in the
/// table.
schema::SchemaPtr builtin_definition(std::string_view name);

struct BuiltinKind {
  std::string_view group;
  std::string_view version;
  std::string_view kind;
  std::string_view definition;
};
/// The kinds of the table.
std::span<const BuiltinKind> builtin_kinds();

/// The table as it is in an OpenAPI v2 document: definition name to schema with `$ref`s between them.
const json::object& builtin_definitions();

/// The Kubernetes version that the table was taken from, "v1.36.3".
std::string_view builtin_version();

}  // namespace dynamo::api
