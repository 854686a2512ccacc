#include <algorithm>

#include "schema/schema.h"

namespace dynamo::schema {
namespace {

void check_list_map(const Schema& s, const FieldPath& at, std::vector<FieldError>& errors) {
  if (s.list_map_keys.empty()) {
    errors.push_back(
        required(at.member("x-kubernetes-list-map-keys").str(), "a list of type map needs its keys"));
  }
  for (const auto& key : s.list_map_keys) {
    const Schema* member = s.items ? s.items->property(key) : nullptr;
    if (member == nullptr) {
      errors.push_back(invalid(at.member("x-kubernetes-list-map-keys").str(), json::value(key),
                               "must be a property of the items"));
    } else if (!member->default_value &&
               std::ranges::find(s.items->required, key) == s.items->required.end()) {
      errors.push_back(required(at.member("items").member("properties").member(key).member("default").str(),
                                "a key of a list of type map is required or has a default"));
    }
  }
}

void check_default(const Schema& s, const FieldPath& at, std::vector<FieldError>& errors) {
  for (const auto& error : validate(s, *s.default_value, "default")) {
    errors.push_back(invalid(at.member("default").str(), *s.default_value, error.to_string()));
  }
}

void check_node(const Schema& s, const FieldPath& at, std::vector<FieldError>& errors) {
  if (s.type.empty() && !s.int_or_string && !s.preserve_unknown_fields) {
    errors.push_back(required(at.member("type").str(), "every node of a structural schema has a type"));
  }
  if (s.list_type && *s.list_type == ListType::map) check_list_map(s, at, errors);
  if (s.default_value) check_default(s, at, errors);
  if (!s.properties.empty() && s.additional_properties) {
    errors.push_back(forbidden(at.member("additionalProperties").str(), "cannot stand beside properties"));
  }
  for (const auto& property : s.properties) {
    check_node(*property.schema, at.member("properties").member(property.name), errors);
  }
  if (s.additional_properties)
    check_node(*s.additional_properties, at.member("additionalProperties"), errors);
  if (s.items) check_node(*s.items, at.member("items"), errors);
  if (s.type == "array" && !s.items) errors.push_back(required(at.member("items").str()));
}

void list_unenforced(const Schema& s, const std::string& at, std::vector<std::string>& out) {
  if (!s.cel_rules.empty()) out.push_back(at + ": x-kubernetes-validations");
  for (const auto& property : s.properties) {
    list_unenforced(*property.schema, at.empty() ? property.name : at + "." + property.name, out);
  }
  if (s.additional_properties) list_unenforced(*s.additional_properties, at + ".*", out);
  if (s.items) list_unenforced(*s.items, at + "[]", out);
}

}  // namespace

std::vector<FieldError> check_structural(const Schema& schema, std::string_view root) {
  std::vector<FieldError> errors;
  const FieldPath at(root);
  if (!schema.type.empty() && schema.type != "object") {
    errors.push_back(
        invalid(at.member("type").str(), json::value(schema.type), "must be object at the root"));
  }
  check_node(schema, at, errors);
  return errors;
}

std::vector<std::string> unenforced(const Schema& schema) {
  std::vector<std::string> out;
  list_unenforced(schema, "", out);
  return out;
}

}  // namespace dynamo::schema
