#include "api/reference.h"

#include <algorithm>
#include <vector>

#include "api/fields.h"
#include "api/kinds.h"

namespace dynamo::api {
namespace {

std::string anchor(std::string_view name) {
  std::string out(name);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

/// "io.k8s.api.core.v1.PodSpec" is PodSpec.
std::string short_name(const std::string& definition) { return definition.substr(definition.rfind('.') + 1); }

/// Types of Kubernetes are named in the text of the field, not listed.
bool is_listed(const StructInfo& info) { return info.builtin.empty(); }

std::string type_cell(const Field& field) {
  std::string text = field.codec->type_text();
  if (!field.builtin.empty()) {
    return text.replace(text.rfind("object"), 6, "Kubernetes " + short_name(field.builtin.definition));
  }
  const StructInfo* nested = field.codec->nested();
  if (nested == nullptr || !is_listed(*nested)) return text;
  return fmt::format("{}[{}](#{})", text.substr(0, text.size() - nested->name.size()), nested->name,
                     anchor(nested->name));
}

/// Values and limits, as a reader would say them.
std::string allowed_cell(const Field& field) {
  std::vector<std::string> parts;
  const schema::Schema schema = schema_of(field, Detail::published);
  std::vector<std::string> values;
  for (const auto& value : schema.enumeration)
    values.push_back(fmt::format("`{}`", json::string_at(value, {})));
  if (!values.empty()) parts.push_back(fmt::format("{}", fmt::join(values, ", ")));
  if (field.minimum) parts.push_back(fmt::format("{} or more", *field.minimum));
  if (field.min_length == 1) parts.emplace_back("not empty");
  if (field.max_length) parts.push_back(fmt::format("at most {} characters", *field.max_length));
  if (field.max_items) parts.push_back(fmt::format("at most {} items", *field.max_items));
  if (field.max_properties) parts.push_back(fmt::format("at most {} entries", *field.max_properties));
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string default_cell(const Field& field) {
  return field.default_value ? fmt::format("`{}`", json::dump(*field.default_value)) : std::string();
}

std::string row(const Field& field) {
  return fmt::format("| `{}` | {} | {} | {} | {} | {}{} |\n", field.name, type_cell(field),
                     field.required ? "yes" : "", default_cell(field), allowed_cell(field),
                     field.deprecated ? "Deprecated. " : "", field.doc);
}

/// Structs in the order in which a reader meets them, each once.
void collect(const StructInfo& info, std::vector<const StructInfo*>& seen) {
  if (!is_listed(info) || std::ranges::find(seen, &info) != seen.end()) return;
  seen.push_back(&info);
  for (const auto& field : info.fields) {
    if (const StructInfo* nested = field.codec->nested()) collect(*nested, seen);
  }
}

std::string struct_section(const StructInfo& info) {
  std::string out = fmt::format("### {}\n\n{}\n\n", info.name, info.doc);
  out += "| Field | Type | Required | Default | Allowed | Meaning |\n|---|---|---|---|---|---|\n";
  for (const auto& field : info.fields) out += row(field);
  if (info.rest) {
    out += fmt::format("| … | | | | | Every field of a Kubernetes {}. |\n",
                       short_name(info.rest->builtin.definition));
  }
  for (const auto& rule : info.rules) out += fmt::format("\nRule: {}.\n", rule.message);
  return out + "\n";
}

std::string kind_section(const KindInfo& kind) {
  std::string out = fmt::format("## {}\n\n{}\n\n", kind.kind, kind.type.doc);
  out += fmt::format("`kubectl get {}` (`{}`) shows: NAME", kind.plural, kind.short_name);
  for (const auto& column : kind.columns) out += fmt::format(", {}", column.name);
  out += fmt::format(".\nSubresources: {}{}.\n\n", kind.has_status ? "status" : "none",
                     kind.scale ? ", scale" : "");
  return out;
}

}  // namespace

std::string reference_markdown() {
  std::string out =
      "# API reference\n\n<!-- Generated from the field lists in src/api; to regenerate: "
      "`cmake --build build/dev --target api_files` -->\n\n";
  out += fmt::format(
      "All kinds are namespaced and have the version `{}`. Parts marked as Kubernetes' own are "
      "checked against the field names of Kubernetes by `dynamo validate`.\n\n",
      kApiVersion);
  std::vector<const StructInfo*> listed;
  for (const auto& kind : kinds()) {
    const std::size_t before = listed.size();
    collect(kind.type, listed);
    out += kind_section(kind);
    for (std::size_t i = before; i < listed.size(); ++i) {
      if (listed[i] != &kind.type) out += struct_section(*listed[i]);
    }
  }
  out.pop_back();
  return out;
}

}  // namespace dynamo::api
