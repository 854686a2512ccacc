#include "apiserver/openapi.h"

#include <set>

#include "api/builtin.h"

namespace dynamo::apiserver {
namespace {

constexpr std::string_view kDefinitionsPrefix = "#/definitions/";
constexpr std::string_view kSchemasPrefix = "#/components/schemas/";
constexpr std::string_view kObjectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

enum class Dialect { v2, v3 };

json::value gvk_of(const kube::Resource& resource) {
  return Object{{"group", resource.group}, {"kind", resource.kind}, {"version", resource.version}};
}

/// Calls `visit` with every `$ref` below `value`.
template <class Visit>
void each_reference(json::value& value, const Visit& visit) {
  if (json::array* items = value.if_array()) {
    for (auto& item : *items) each_reference(item, visit);
  }
  json::object* members = value.if_object();
  if (members == nullptr) return;
  for (auto& member : *members) {
    if (member.key() == "$ref" && member.value().is_string()) {
      visit(member.value().get_string());
    } else {
      each_reference(member.value(), visit);
    }
  }
}

/// OpenAPI v2 cannot say alternatives and nullability; a schema that is "this or that" is left open, as a
/// real server does.
void reduce_to_v2(json::value& value) {
  if (json::array* items = value.if_array()) {
    for (auto& item : *items) reduce_to_v2(item);
  }
  json::object* members = value.if_object();
  if (members == nullptr) return;
  const bool open = members->contains("x-kubernetes-int-or-string");
  // Keys of `properties` are names, not keywords: only schemas are reduced.
  if (members->contains("type") || open || members->contains("anyOf")) {
    for (const auto keyword : {"nullable", "anyOf", "oneOf", "allOf", "not"}) members->erase(keyword);
    if (open) members->erase("type");
  }
  for (auto& member : *members) reduce_to_v2(member.value());
}

/// The definition of a custom kind: its schema, with the metadata that all objects share.
json::value custom_definition(const Kind& kind, Dialect dialect) {
  Object schema = kind.schema ? schema::to_json(*kind.schema) : Object{{"type", "object"}};
  Object& properties = json::ensure_object(schema, "properties");
  properties["metadata"] = Object{{"$ref", std::string(kDefinitionsPrefix).append(kObjectMeta)}};
  schema["x-kubernetes-group-version-kind"] = json::array{gvk_of(kind.resource)};
  json::value out(std::move(schema));
  if (dialect == Dialect::v2) reduce_to_v2(out);
  return out;
}

/// The definitions of `kinds` and all that they refer to.
Object definitions_of(const std::vector<KindPtr>& kinds, Dialect dialect) {
  Object out;
  std::vector<std::string> open{std::string(kObjectMeta)};
  for (const auto& kind : kinds) {
    if (kind->custom) {
      out[kind->definition] = custom_definition(*kind, dialect);
    } else if (!kind->definition.empty()) {
      open.push_back(kind->definition);
    }
  }
  while (!open.empty()) {
    const std::string name = std::move(open.back());
    open.pop_back();
    const json::value* known = api::builtin_definitions().if_contains(name);
    if (known == nullptr || out.contains(name)) continue;
    json::value& copy = out[name] = *known;
    each_reference(copy, [&](json::string& reference) {
      open.emplace_back(kube::view(reference).substr(kDefinitionsPrefix.size()));
    });
  }
  if (dialect == Dialect::v3) {
    for (auto& member : out) {
      each_reference(member.value(), [](json::string& reference) {
        reference =
            std::string(kSchemasPrefix).append(kube::view(reference).substr(kDefinitionsPrefix.size()));
      });
    }
  }
  return out;
}

json::value query_parameter(std::string_view name, std::string_view type, Dialect dialect) {
  Object out{{"name", name}, {"in", "query"}};
  if (dialect == Dialect::v2) {
    out["type"] = type;
  } else {
    out["schema"] = Object{{"type", type}};
  }
  return out;
}

struct Method {
  std::string_view name, action;
  std::vector<std::pair<std::string_view, std::string_view>> parameters;
};

const std::vector<Method>& collection_methods() {
  static const std::vector<Method> methods{
      {"get",
       "list",
       {{"labelSelector", "string"},
        {"fieldSelector", "string"},
        {"limit", "integer"},
        {"continue", "string"},
        {"resourceVersion", "string"},
        {"watch", "boolean"},
        {"timeoutSeconds", "integer"},
        {"allowWatchBookmarks", "boolean"}}},
      {"post", "post", {{"dryRun", "string"}, {"fieldManager", "string"}, {"fieldValidation", "string"}}},
  };
  return methods;
}

const std::vector<Method>& object_methods() {
  static const std::vector<Method> methods{
      {"get", "get", {}},
      {"put", "put", {{"dryRun", "string"}, {"fieldManager", "string"}, {"fieldValidation", "string"}}},
      {"patch",
       "patch",
       {{"dryRun", "string"},
        {"fieldManager", "string"},
        {"fieldValidation", "string"},
        {"force", "boolean"}}},
      {"delete",
       "delete",
       {{"dryRun", "string"}, {"gracePeriodSeconds", "integer"}, {"propagationPolicy", "string"}}},
  };
  return methods;
}

Object operation(const Kind& kind, const Method& method, Dialect dialect) {
  json::array parameters;
  for (const auto& [name, type] : method.parameters)
    parameters.push_back(query_parameter(name, type, dialect));
  Object out{{"operationId", fmt::format("{}{}{}", method.action, kind.resource.version, kind.resource.kind)},
             {"parameters", std::move(parameters)},
             {"responses", Object{{"200", Object{{"description", "OK"}}}}},
             {"x-kubernetes-action", method.action},
             {"x-kubernetes-group-version-kind", gvk_of(kind.resource)}};
  if (dialect == Dialect::v3 && !kind.definition.empty() && method.action != "list") {
    out["responses"] = Object{
        {"200", Object{{"description", "OK"},
                       {"content", Object{{"application/json",
                                           Object{{"schema", Object{{"$ref", std::string(kSchemasPrefix) +
                                                                                 kind.definition}}}}}}}}}};
  }
  return out;
}

Object paths_of(const std::vector<KindPtr>& kinds, Dialect dialect) {
  Object paths;
  for (const auto& kind : kinds) {
    const std::string collection =
        kube::collection_path(kind->resource, kind->resource.namespaced ? "{namespace}" : "");
    Object& all = json::ensure_object(paths, collection);
    for (const auto& method : collection_methods()) {
      if (!kind->created_only || method.name == "post") all[method.name] = operation(*kind, method, dialect);
    }
    if (kind->created_only) continue;
    Object& one = json::ensure_object(paths, collection + "/{name}");
    for (const auto& method : object_methods()) one[method.name] = operation(*kind, method, dialect);
    if (kind->resource.namespaced) {
      json::ensure_object(paths, kube::collection_path(kind->resource, ""))["get"] =
          operation(*kind, collection_methods()[0], dialect);
    }
  }
  return paths;
}

Object info() { return Object{{"title", "dynamo"}, {"version", api::builtin_version()}}; }

}  // namespace

Object openapi_v2(const Registry& registry) {
  const auto kinds = registry.kinds();
  return Object{{"swagger", "2.0"},
                {"info", info()},
                {"paths", paths_of(kinds, Dialect::v2)},
                {"definitions", definitions_of(kinds, Dialect::v2)}};
}

Object openapi_v3_index(const Registry& registry) {
  Object paths;
  for (const auto& kind : registry.kinds()) {
    const auto& resource = kind->resource;
    const std::string path = resource.group.empty()
                                 ? "api/" + resource.version
                                 : fmt::format("apis/{}/{}", resource.group, resource.version);
    paths[path] =
        Object{{"serverRelativeURL", fmt::format("/openapi/v3/{}?hash={}", path, registry.revision())}};
  }
  return Object{{"paths", std::move(paths)}};
}

std::optional<Object> openapi_v3(const Registry& registry, std::string_view group, std::string_view version) {
  const auto kinds = registry.kinds_of(group, version);
  if (kinds.empty()) return std::nullopt;
  return Object{{"openapi", "3.0.0"},
                {"info", info()},
                {"paths", paths_of(kinds, Dialect::v3)},
                {"components", Object{{"schemas", definitions_of(kinds, Dialect::v3)}}}};
}

}  // namespace dynamo::apiserver
