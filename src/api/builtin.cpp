#include "api/builtin.h"

#include <unordered_map>
#include <unordered_set>

namespace dynamo::api {
namespace {

using schema::Schema;
using schema::SchemaPtr;

constexpr std::string_view kText =
#include "api/builtin_definitions.inc"
    ;

constexpr std::string_view kQuantity = "io.k8s.apimachinery.pkg.api.resource.Quantity";
constexpr std::string_view kIntOrString = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";

const json::object& document() {
  static const json::object kDocument = json::parse(kText).value().as_object();
  return kDocument;
}

Schema any_json(std::string type) {
  Schema schema;
  schema.type = std::move(type);
  schema.preserve_unknown_fields = true;
  return schema;
}

/// Turns definitions that refer to each other into schemas that share their parts.
class Builder {
 public:
  SchemaPtr definition(std::string_view name);

 private:
  SchemaPtr node(const json::object& o);
  SchemaPtr reference(const json::object& o);
  Schema without_children(const json::object& o);

  std::unordered_map<std::string, SchemaPtr> done_;
  std::unordered_set<std::string> open_;
};

SchemaPtr Builder::definition(std::string_view name) {
  const std::string key(name);
  if (const auto found = done_.find(key); found != done_.end()) return found->second;
  if (name == kQuantity || name == kIntOrString) {
    Schema schema;
    schema.int_or_string = true;
    if (name == kQuantity) schema.format = "quantity";
    return done_[key] = std::make_shared<const Schema>(std::move(schema));
  }
  // A schema that contains itself (JSONSchemaProps) is open-ended from its second level on.
  if (!open_.insert(key).second) return std::make_shared<const Schema>(any_json(""));
  SchemaPtr built = node(builtin_definitions().at(key).as_object());
  open_.erase(key);
  return done_[key] = std::move(built);
}

SchemaPtr Builder::reference(const json::object& o) {
  constexpr std::string_view kPrefix = "#/definitions/";
  SchemaPtr target = definition(json::string_at(o, {"$ref"}).substr(kPrefix.size()));
  if (o.size() == 1) return target;
  Schema with_keywords = *target;
  const Schema own = without_children(o);
  with_keywords.patch_strategy = own.patch_strategy;
  with_keywords.patch_merge_key = own.patch_merge_key;
  if (own.map_type) with_keywords.map_type = own.map_type;
  return std::make_shared<const Schema>(std::move(with_keywords));
}

Schema Builder::without_children(const json::object& o) {
  json::object own = o;
  for (const auto* key : {"$ref", "properties", "items", "additionalProperties"}) own.erase(key);
  return schema::parse(own).value();
}

SchemaPtr Builder::node(const json::object& o) {
  if (o.contains("$ref")) return reference(o);
  Schema schema = without_children(o);
  if (const auto* properties = o.if_contains("properties")) {
    for (const auto& property : properties->as_object()) {
      schema.properties.push_back({property.key(), node(property.value().as_object())});
    }
  }
  if (const auto* items = o.if_contains("items")) schema.items = node(items->as_object());
  const auto* others = o.if_contains("additionalProperties");
  if (others != nullptr) schema.additional_properties = node(others->as_object());
  const bool open_ended = schema.properties.empty() && others == nullptr;
  if (open_ended && (schema.type.empty() || schema.type == "object")) schema.preserve_unknown_fields = true;
  return std::make_shared<const Schema>(std::move(schema));
}

/// All definitions as schemas, built once.
struct Table {
  std::unordered_map<std::string, SchemaPtr> by_name;
  std::vector<BuiltinKind> kinds;
};

Table load() {
  Table table;
  Builder builder;
  for (const auto& definition : builtin_definitions()) {
    const std::string name(definition.key());
    table.by_name[name] = builder.definition(name);
    const auto* kinds = definition.value().as_object().if_contains("x-kubernetes-group-version-kind");
    if (kinds == nullptr || kinds->as_array().size() != 1) continue;
    const auto& kind = kinds->as_array()[0];
    table.kinds.push_back({json::string_at(kind, {"group"}), json::string_at(kind, {"version"}),
                           json::string_at(kind, {"kind"}), definition.key()});
  }
  return table;
}

const Table& table() {
  static const Table kTable = load();
  return kTable;
}

}  // namespace

const json::object& builtin_definitions() { return document().at("definitions").as_object(); }

std::string_view builtin_version() { return json::string_at(document(), {"kubernetes"}); }

SchemaPtr builtin_definition(std::string_view name) {
  const auto found = table().by_name.find(std::string(name));
  return found == table().by_name.end() ? nullptr : found->second;
}

std::span<const BuiltinKind> builtin_kinds() { return table().kinds; }

const Schema* builtin_schema(std::string_view group, std::string_view version, std::string_view kind) {
  for (const auto& known : builtin_kinds()) {
    if (known.kind == kind && known.group == group && known.version == version) {
      return builtin_definition(known.definition).get();
    }
  }
  return nullptr;
}

}  // namespace dynamo::api
