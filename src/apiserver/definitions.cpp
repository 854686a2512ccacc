#include "apiserver/definitions.h"

#include <algorithm>

#include "api/builtin.h"
#include "apiserver/builtin_columns.h"
#include "apiserver/default_helpers.h"
#include "apiserver/json_path.h"

namespace dynamo::apiserver {
namespace {

constexpr std::string_view kObjectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

std::vector<std::string> strings_at(const Object& object, std::initializer_list<std::string_view> path) {
  std::vector<std::string> out;
  for (const auto& item : kube::array_at(object, path)) out.emplace_back(json::string_at(item, {}));
  return out;
}

/// The schema of a version, with the metadata that every object has.
schema::SchemaPtr schema_of(const json::value& version) {
  const json::value* text = json::find(version, {"schema", "openAPIV3Schema"});
  auto parsed = text == nullptr ? fail(Errc::invalid, "") : schema::parse(*text);
  if (!parsed) return nullptr;
  const auto text_schema = std::make_shared<const schema::Schema>(schema::Schema{.type = "string"});
  const auto put = [&](std::string name, schema::SchemaPtr is) {
    std::erase_if(parsed->properties, [&](const auto& property) { return property.name == name; });
    parsed->properties.push_back({std::move(name), std::move(is)});
  };
  put("apiVersion", text_schema);
  put("kind", text_schema);
  put("metadata", api::builtin_definition(kObjectMeta));
  return std::make_shared<const schema::Schema>(std::move(*parsed));
}

json::value path_cell(const JsonPath& path, bool is_date, const Object& object, WallTime now) {
  const json::value root(object);
  const json::value* found = path.first(root);
  if (found == nullptr || found->is_null()) return nullptr;
  if (is_date) return json::value(age_cell(found->is_string() ? kube::view(found->get_string()) : "", now));
  if (found->is_object() || found->is_array()) return json::value(json::dump(*found));
  return *found;
}

Column column_of(const json::value& text) {
  Column column{.name = std::string(json::string_at(text, {"name"})),
                .type = std::string(json::string_at(text, {"type"}, "string")),
                .format = std::string(json::string_at(text, {"format"})),
                .priority = static_cast<int>(json::int_at(text, {"priority"}).value_or(0)),
                .description = std::string(json::string_at(text, {"description"}))};
  auto path = JsonPath::parse(json::string_at(text, {"jsonPath"}));
  const bool is_date = column.type == "date";
  column.cell = [path = path.value_or(JsonPath{}), is_date](const Object& object, WallTime now) {
    return path_cell(path, is_date, object, now);
  };
  return column;
}

std::vector<Column> columns_of(const json::value& version) {
  std::vector<Column> columns;
  const json::value* texts = json::find(version, {"additionalPrinterColumns"});
  if (texts == nullptr || !texts->is_array() || texts->get_array().empty()) return {age_column()};
  for (const auto& text : texts->get_array()) columns.push_back(column_of(text));
  return columns;
}

std::vector<std::string> path_members(const json::value& scale, std::string_view key) {
  const auto path = JsonPath::parse(json::string_at(scale, {key}));
  return path ? path->members() : std::vector<std::string>{};
}

/// "com.nvidia.v1alpha1.DynamoGraphDeployment", as OpenAPI documents name it.
std::string definition_name(const kube::Resource& resource) {
  std::string reversed;
  for (std::string_view rest = resource.group; !rest.empty();) {
    const auto dot = rest.rfind('.');
    reversed += std::string(dot == rest.npos ? rest : rest.substr(dot + 1)) + ".";
    rest = dot == rest.npos ? std::string_view{} : rest.substr(0, dot);
  }
  return fmt::format("{}{}.{}", reversed, resource.version, resource.kind);
}

KindPtr kind_of(const Object& definition, const json::value& version) {
  Kind kind;
  kind.resource = {std::string(json::string_at(definition, {"spec", "group"})),
                   std::string(json::string_at(version, {"name"})),
                   std::string(json::string_at(definition, {"spec", "names", "plural"})),
                   std::string(json::string_at(definition, {"spec", "names", "kind"})),
                   json::string_at(definition, {"spec", "scope"}) == "Namespaced"};
  kind.singular = json::string_at(definition, {"spec", "names", "singular"});
  kind.short_names = strings_at(definition, {"spec", "names", "shortNames"});
  kind.categories = strings_at(definition, {"spec", "names", "categories"});
  kind.custom = true;
  kind.has_generation = true;
  if (json::find(version, {"subresources", "status"}) != nullptr) kind.subresources.emplace_back("status");
  if (const json::value* scale = json::find(version, {"subresources", "scale"})) {
    kind.subresources.emplace_back("scale");
    kind.scale =
        ScaleFields{path_members(*scale, "specReplicasPath"), path_members(*scale, "statusReplicasPath"),
                    path_members(*scale, "labelSelectorPath")};
  }
  kind.schema = schema_of(version);
  kind.definition = definition_name(kind.resource);
  kind.columns = columns_of(version);
  const json::value* selectable = json::find(version, {"selectableFields"});
  for (std::size_t i = 0;
       selectable != nullptr && selectable->is_array() && i < selectable->get_array().size(); ++i) {
    auto path = json::string_at(selectable->get_array()[i], {"jsonPath"});
    if (path.starts_with('.')) path.remove_prefix(1);
    kind.field_labels.emplace_back(path);
  }
  return std::make_shared<const Kind>(std::move(kind));
}

void set_condition(json::array& conditions, std::string_view type, std::string_view reason,
                   std::string_view message, WallTime now) {
  for (const auto& condition : conditions) {
    if (json::string_at(condition, {"type"}) == type) return;
  }
  conditions.push_back({{"lastTransitionTime", format_rfc3339(now)},
                        {"message", message},
                        {"reason", reason},
                        {"status", "True"},
                        {"type", type}});
}

}  // namespace

std::vector<KindPtr> kinds_of_definition(const Object& definition) {
  std::vector<KindPtr> kinds;
  for (const auto& version : kube::array_at(definition, {"spec", "versions"})) {
    if (json::bool_at(version, {"served"})) kinds.push_back(kind_of(definition, version));
  }
  return kinds;
}

void establish(Object& definition, WallTime now) {
  json::value& finalizers = kube::metadata(definition)["finalizers"];
  if (!finalizers.is_array()) finalizers.emplace_array();
  const json::value cleanup(kDefinitionCleanup);
  auto& held_by = finalizers.get_array();
  const bool held = std::find(held_by.begin(), held_by.end(), cleanup) != held_by.end();
  if (!held && !kube::is_deleting(definition)) held_by.push_back(cleanup);
  json::value names = kube::object_at(definition, {"spec", "names"});
  json::array stored;
  for (const auto& version : kube::array_at(definition, {"spec", "versions"})) {
    if (json::bool_at(version, {"storage"}))
      stored.push_back(json::value(json::string_at(version, {"name"})));
  }
  json::object& status = json::ensure_object(definition, "status");
  json::value& conditions = status["conditions"];
  if (!conditions.is_array()) conditions.emplace_array();
  set_condition(conditions.get_array(), "NamesAccepted", "NoConflicts", "no conflicts found", now);
  set_condition(conditions.get_array(), "Established", "InitialNamesAccepted",
                "the initial names have been accepted", now);
  status["acceptedNames"] = std::move(names);
  json::value& versions = status["storedVersions"];
  if (!versions.is_array()) versions.emplace_array();
  for (const auto& version : stored) {
    auto& known = versions.get_array();
    if (std::find(known.begin(), known.end(), version) == known.end()) known.push_back(version);
  }
}

}  // namespace dynamo::apiserver
