#include "parsers/typed_value.h"

#include <optional>
#include <set>

#include "parsers/input.h"
#include "parsers/json_scanner.h"
#include "parsers/python_literal.h"

namespace dynamo::parsers {
namespace {

using Types = std::set<std::string_view>;

/// Names that tool definitions use besides those of JSON schema.
std::string_view schema_type(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
      {"int", "integer"},  {"long", "integer"}, {"float", "number"}, {"double", "number"},
      {"bool", "boolean"}, {"dict", "object"},  {"list", "array"},   {"str", "string"}};
  const auto found = std::ranges::find(kAliases, name, &std::pair<std::string_view, std::string_view>::first);
  return found == std::end(kAliases) ? name : found->second;
}

void collect_types(const json::value& schema, Types& types, int depth) {
  if (!schema.is_object() || depth > 8) return;
  if (const auto* type = json::find(schema, {"type"}); type != nullptr && type->is_array()) {
    for (const auto& each : type->get_array()) {
      if (each.is_string()) types.insert(schema_type(each.get_string()));
    }
  } else if (type != nullptr && type->is_string()) {
    types.insert(schema_type(type->get_string()));
  }
  for (const std::string_view choice : {"anyOf", "oneOf"}) {
    const auto* list = json::find(schema, {choice});
    if (list == nullptr || !list->is_array()) continue;
    for (const auto& each : list->get_array()) collect_types(each, types, depth + 1);
  }
  // What a reference or a combination asks for is not looked up: objects are what they are used for.
  for (const std::string_view other : {"$ref", "allOf", "properties"}) {
    if (types.empty() && json::find(schema, {other}) != nullptr) types = {"object", "array", "string"};
  }
}

char lower_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool same_without_case(std::string_view a, std::string_view lower) {
  return std::ranges::equal(a, lower, {}, lower_case);
}

bool is_number(std::string_view text) {
  return !text.empty() && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9'));
}

/// "3.0" is an integer to JSON schema, "3.5" is none.
bool is_whole_number(std::string_view number) {
  const auto point = number.find_first_of(".eE");
  return point == std::string_view::npos ||
         (number[point] == '.' && number.find_first_not_of('0', point + 1) == std::string_view::npos);
}

std::optional<std::string> as_number(std::string_view text, const Types& types) {
  if (!is_number(text)) return std::nullopt;
  auto number = whole_json(text);
  if (!number) return std::nullopt;
  if (types.contains("number")) return number;
  if (!is_whole_number(*number)) return std::nullopt;
  return number->substr(0, number->find('.'));
}

std::optional<std::string> as_container(std::string_view text, const Types& types) {
  const bool object = text.starts_with('{') && types.contains("object");
  const bool list = (text.starts_with('[') || text.starts_with('(')) && types.contains("array");
  if (!object && !list) return std::nullopt;
  auto read = whole_json(text);
  return read ? read : python_literal_to_json(text);
}

}  // namespace

std::string typed_value(std::string_view text, const json::value* schema) {
  Types types;
  if (schema != nullptr) collect_types(*schema, types, 0);
  if (types.empty()) return quoted(text);
  const std::string_view bare = trimmed(text);
  const bool may_be_null = types.contains("null") || !types.contains("string");
  if (may_be_null && (same_without_case(bare, "null") || bare == "None")) return "null";
  if (types.contains("boolean")) {
    if (same_without_case(bare, "true")) return "true";
    if (same_without_case(bare, "false")) return "false";
  }
  if (types.contains("integer") || types.contains("number")) {
    if (auto number = as_number(bare, types)) return *number;
  }
  if (auto container = as_container(bare, types)) return *container;
  return quoted(text);
}

}  // namespace dynamo::parsers
