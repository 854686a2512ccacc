#include "schema/schema.h"

namespace dynamo::schema {
namespace {

void into_object(const Schema& schema, json::object& o);

void into(const Schema& schema, json::value& v) {
  if (auto* o = v.if_object()) into_object(schema, *o);
  if (auto* a = v.if_array(); a != nullptr && schema.items) {
    for (auto& item : *a) into(*schema.items, item);
  }
}

/// Nulls in places that cannot be null count as absent.
void drop_null_members(const Schema& schema, json::object& o) {
  std::vector<std::string> dropped;
  for (const auto& member : o) {
    const Schema* declared = schema.member(member.key());
    if (member.value().is_null() && declared != nullptr && !declared->nullable)
      dropped.emplace_back(member.key());
  }
  for (const auto& name : dropped) o.erase(name);
}

void into_object(const Schema& schema, json::object& o) {
  drop_null_members(schema, o);
  for (const auto& property : schema.properties) {
    if (property.schema->default_value && !o.contains(property.name)) {
      o[property.name] = *property.schema->default_value;
    }
  }
  for (auto& member : o) {
    const Schema* declared = schema.member(member.key());
    if (declared != nullptr) into(*declared, member.value());
  }
}

void empty_null_texts(const Schema& schema, json::object& o) {
  if (!schema.additional_properties || schema.additional_properties->type != "string") return;
  for (auto& member : o) {
    if (member.value().is_null() && schema.property(member.key()) == nullptr) member.value().emplace_string();
  }
}

}  // namespace

void drop_nulls(const Schema& schema, json::value& value) {
  if (auto* o = value.if_object()) {
    empty_null_texts(schema, *o);
    drop_null_members(schema, *o);
    for (auto& member : *o) {
      const Schema* declared = schema.member(member.key());
      if (declared != nullptr) drop_nulls(*declared, member.value());
    }
  }
  if (auto* a = value.if_array(); a != nullptr && schema.items) {
    for (auto& item : *a) drop_nulls(*schema.items, item);
  }
}

void apply_defaults(const Schema& schema, json::value& value) { into(schema, value); }

}  // namespace dynamo::schema
