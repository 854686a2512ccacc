#include "schema/schema.h"

namespace dynamo::schema {
namespace {

std::string_view to_string(ListType type) {
  switch (type) {
    case ListType::atomic:
      return "atomic";
    case ListType::set:
      return "set";
    case ListType::map:
      return "map";
  }
  return "atomic";
}

json::array texts(const std::vector<std::string>& values) {
  json::array out;
  for (const auto& value : values) out.emplace_back(value);
  return out;
}

/// Writes keywords in a fixed order, the absent ones not at all.
class Writer {
 public:
  explicit Writer(json::object& out) : out_(out) {}

  void text(std::string_view key, const std::string& value) {
    if (!value.empty()) out_[key] = value;
  }
  void flag(std::string_view key, bool value) {
    if (value) out_[key] = true;
  }
  template <class T>
  void maybe(std::string_view key, const std::optional<T>& value) {
    if (value) out_[key] = *value;
  }
  void list(std::string_view key, const std::vector<std::string>& values) {
    if (!values.empty()) out_[key] = texts(values);
  }
  void child(std::string_view key, const SchemaPtr& schema) {
    if (schema) out_[key] = to_json(*schema);
  }
  void children(std::string_view key, const std::vector<SchemaPtr>& schemas) {
    if (schemas.empty()) return;
    json::array& list = out_[key].emplace_array();
    for (const auto& schema : schemas) list.emplace_back(to_json(*schema));
  }

 private:
  json::object& out_;
};

json::object properties_json(const std::vector<Property>& properties) {
  json::object out;
  for (const auto& property : properties) out[property.name] = to_json(*property.schema);
  return out;
}

json::array cel_json(const std::vector<CelRule>& rules) {
  json::array out;
  for (const auto& rule : rules) {
    json::object item{{"rule", rule.rule}};
    if (!rule.message.empty()) item["message"] = rule.message;
    for (const auto& member : rule.other) item[member.key()] = member.value();
    out.emplace_back(std::move(item));
  }
  return out;
}

void write_extensions(const Schema& s, json::object& out, Writer& write) {
  write.flag("x-kubernetes-preserve-unknown-fields", s.preserve_unknown_fields);
  write.flag("x-kubernetes-int-or-string", s.int_or_string);
  write.flag("x-kubernetes-embedded-resource", s.embedded_resource);
  if (s.list_type) out["x-kubernetes-list-type"] = to_string(*s.list_type);
  write.list("x-kubernetes-list-map-keys", s.list_map_keys);
  if (s.map_type) out["x-kubernetes-map-type"] = *s.map_type == MapType::atomic ? "atomic" : "granular";
  write.text("x-kubernetes-patch-strategy", fmt::format("{}", fmt::join(s.patch_strategy, ",")));
  write.text("x-kubernetes-patch-merge-key", s.patch_merge_key);
  if (!s.cel_rules.empty()) out["x-kubernetes-validations"] = cel_json(s.cel_rules);
}

}  // namespace

json::object to_json(const Schema& s) {
  json::object out;
  Writer write(out);
  write.text("description", s.description);
  write.text("type", s.type);
  write.text("format", s.format);
  write.flag("nullable", s.nullable);
  write.maybe("default", s.default_value);
  if (!s.enumeration.empty()) out["enum"] = json::array(s.enumeration.begin(), s.enumeration.end());
  write.maybe("minimum", s.minimum);
  write.flag("exclusiveMinimum", s.exclusive_minimum);
  write.maybe("maximum", s.maximum);
  write.flag("exclusiveMaximum", s.exclusive_maximum);
  write.maybe("multipleOf", s.multiple_of);
  write.maybe("minLength", s.min_length);
  write.maybe("maxLength", s.max_length);
  if (s.pattern) out["pattern"] = s.pattern->text();
  write.maybe("minItems", s.min_items);
  write.maybe("maxItems", s.max_items);
  write.child("items", s.items);
  write.maybe("minProperties", s.min_properties);
  write.maybe("maxProperties", s.max_properties);
  write.list("required", s.required);
  if (!s.properties.empty()) out["properties"] = properties_json(s.properties);
  write.maybe("additionalProperties", s.additional_properties_allowed);
  write.child("additionalProperties", s.additional_properties);
  write.children("allOf", s.all_of);
  write.children("anyOf", s.any_of);
  write.children("oneOf", s.one_of);
  write.child("not", s.not_);
  write_extensions(s, out, write);
  for (const auto& member : s.other) out[member.key()] = member.value();
  return out;
}

}  // namespace dynamo::schema
