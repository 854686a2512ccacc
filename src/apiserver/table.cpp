#include "apiserver/table.h"

#include <algorithm>

namespace dynamo::apiserver {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Takes the part before `separator` off the front.
std::string_view take_part(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const auto part = trim(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

/// What one entry of Accept asks for; nothing when we do not serve it.
std::optional<Presentation> presentation_of(std::string_view entry) {
  const auto type = take_part(entry, ';');
  if (type != "application/json" && type != "*/*" && type != "application/*") return std::nullopt;
  Presentation how;
  while (!entry.empty()) {
    const auto parameter = take_part(entry, ';');
    if (parameter == "as=Table") how.form = Presentation::Form::table;
    if (parameter == "as=PartialObjectMetadata" || parameter == "as=PartialObjectMetadataList") {
      how.form = Presentation::Form::metadata;
    }
    if (parameter.starts_with("as=") && how.form == Presentation::Form::objects) return std::nullopt;
    if (parameter.starts_with("v=")) how.version = parameter.substr(2);
  }
  if (how.version != "v1" && how.version != "v1beta1") return std::nullopt;
  return how;
}

json::object column_definition(const Column& column) {
  return {{"name", column.name},
          {"type", column.type == "date" ? "string" : column.type},
          {"format", column.format},
          {"description", column.description},
          {"priority", column.priority}};
}

/// Rows begin with the name unless the kind puts it elsewhere, as events do.
bool begins_with_name(const Kind& kind) {
  return std::ranges::none_of(kind.columns, [](const Column& column) { return column.format == "name"; });
}

json::array column_definitions(const Kind& kind) {
  json::array out;
  if (begins_with_name(kind)) {
    out.push_back(column_definition({.name = "Name",
                                     .format = "name",
                                     .cell = {},
                                     .description = "Name of the object, unique within a namespace."}));
  }
  for (const auto& column : kind.columns) out.push_back(column_definition(column));
  return out;
}

json::object row_of(const Kind& kind, const Object& object, const Presentation& how, WallTime now) {
  json::array cells;
  if (begins_with_name(kind)) cells.push_back(json::value(kube::name_of(object)));
  for (const auto& column : kind.columns) cells.push_back(column.cell(object, now));
  json::object row{{"cells", std::move(cells)}};
  switch (how.include) {
    case Presentation::Include::metadata:
      row["object"] = metadata_only(object, how.version);
      break;
    case Presentation::Include::object:
      row["object"] = object;
      break;
    case Presentation::Include::none:
      break;
  }
  return row;
}

}  // namespace

std::optional<Presentation> Presentation::negotiate(std::string_view accept,
                                                    std::string_view include_object) {
  if (trim(accept).empty()) return Presentation{};
  while (!accept.empty()) {
    auto how = presentation_of(take_part(accept, ','));
    if (!how) continue;
    if (include_object == "None") how->include = Include::none;
    if (include_object == "Object") how->include = Include::object;
    return how;
  }
  return std::nullopt;
}

Object metadata_only(const Object& object, std::string_view version) {
  return Object{{"kind", "PartialObjectMetadata"},
                {"apiVersion", fmt::format("meta.k8s.io/{}", version)},
                {"metadata", kube::object_at(object, {"metadata"})}};
}

Object make_table(const Kind& kind, const std::vector<ObjectPtr>& objects, const Presentation& how,
                  WallTime now, json::object list_metadata, bool with_columns) {
  json::array rows;
  rows.reserve(objects.size());
  for (const auto& object : objects) rows.push_back(row_of(kind, *object, how, now));
  return Object{{"kind", "Table"},
                {"apiVersion", fmt::format("meta.k8s.io/{}", how.version)},
                {"metadata", std::move(list_metadata)},
                {"columnDefinitions",
                 with_columns ? json::value(column_definitions(kind)) : json::value(json::array{})},
                {"rows", std::move(rows)}};
}

}  // namespace dynamo::apiserver
