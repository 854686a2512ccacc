#include <algorithm>

#include "api/builtin.h"
#include "api/describe.h"

namespace dynamo::api {

using schema::Schema;
using schema::SchemaPtr;

namespace {

/// A definition of Kubernetes as a CustomResourceDefinition may carry it: without keys for patches of
/// built-in kinds, quantities spelled out, and with the one default that Kubernetes gives to names of
/// ConfigMaps and Secrets.
Schema publishable(const Schema& builtin) {
  if (builtin.format == "quantity") return codec<Quantity>().schema(Detail::published);
  const auto copy = [](const SchemaPtr& child) {
    return std::make_shared<const Schema>(publishable(*child));
  };
  Schema out = builtin;
  out.patch_strategy.clear();
  out.patch_merge_key.clear();
  for (auto& property : out.properties) property.schema = copy(property.schema);
  if (out.items) out.items = copy(out.items);
  if (out.additional_properties) out.additional_properties = copy(out.additional_properties);
  const bool selector = out.property("key") != nullptr && out.property("optional") != nullptr;
  for (auto& property : out.properties) {
    if (!selector || property.name != "name") continue;
    Schema name = *property.schema;
    name.default_value = "";
    property.schema = std::make_shared<const Schema>(std::move(name));
  }
  return out;
}

Schema builtin_part(const BuiltinPart& part, Detail detail) {
  Schema schema = *builtin_definition(part.definition);
  if (detail == Detail::published) schema = publishable(schema);
  for (const auto& name : part.not_required) std::erase(schema.required, name);
  return schema;
}

/// The schema that a field's JSON has: what the codec knows, or what Kubernetes defines.
Schema value_schema(const Field& field, Detail detail) {
  Schema schema = field.codec->schema(detail);
  if (field.builtin.empty() || (detail == Detail::published && !field.builtin.inlined)) return schema;
  Schema part = builtin_part(field.builtin, detail);
  if (schema.type != "array") return part;
  schema.items = std::make_shared<const Schema>(std::move(part));
  return schema;
}

void add_members(Schema& schema, const StructInfo& info, Detail detail) {
  for (const auto& field : info.fields) {
    schema.properties.push_back({field.name, std::make_shared<const Schema>(schema_of(field, detail))});
    if (field.required) schema.required.push_back(field.name);
  }
}

/// Members without a field of their own: kept when published, those of the Kubernetes definition when strict.
void add_rest(Schema& schema, const Field& rest, Detail detail) {
  if (detail == Detail::published) {
    schema.preserve_unknown_fields = true;
    return;
  }
  const Schema others = builtin_part(rest.builtin, detail);
  for (const auto& property : others.properties) {
    if (schema.property(property.name) == nullptr) schema.properties.push_back(property);
  }
  schema.required.insert(schema.required.end(), others.required.begin(), others.required.end());
}

}  // namespace

Schema schema_of(const Field& field, Detail detail) {
  Schema schema = value_schema(field, detail);
  schema.description = field.doc;
  if (field.default_value) schema.default_value = field.default_value;
  if (field.minimum) schema.minimum = *field.minimum;
  if (field.min_length) schema.min_length = field.min_length;
  if (field.max_length) schema.max_length = field.max_length;
  if (field.max_items) schema.max_items = field.max_items;
  if (field.max_properties) schema.max_properties = field.max_properties;
  if (!field.pattern.empty()) schema.pattern = schema::Pattern::compile(field.pattern).value();
  for (const auto& value : field.enumeration) schema.enumeration.emplace_back(value);
  return schema;
}

Schema schema_of(const StructInfo& info, Detail detail) {
  Schema schema;
  schema.type = "object";
  schema.description = info.doc;
  if (!info.builtin.empty()) return detail == Detail::strict ? builtin_part(info.builtin, detail) : schema;
  add_members(schema, info, detail);
  if (info.rest) add_rest(schema, *info.rest, detail);
  schema.cel_rules = info.rules;
  return schema;
}

}  // namespace dynamo::api
