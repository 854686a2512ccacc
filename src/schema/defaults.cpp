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
void drop_nulls(const Schema& schema, json::object& o) {
  std::vector<std::string> dropped;
  for (const auto& member : o) {
    const Schema* declared = schema.member(member.key());
    if (member.value().is_null() && declared != nullptr && !declared->nullable)
      dropped.emplace_back(member.key());
  }
  for (const auto& name : dropped) o.erase(name);
}

void into_object(const Schema& schema, json::object& o) {
  drop_nulls(schema, o);
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

}  // namespace

void apply_defaults(const Schema& schema, json::value& value) { into(schema, value); }

}  // namespace dynamo::schema
