#include "graph/objects.h"

namespace dynamo::graph {

json::object to_json(const StringMap& map) {
  json::object out;
  for (const auto& [key, value] : map) out[key] = value;
  return out;
}

void set_unless_empty(StringMap& map, std::string_view key, std::string_view value) {
  if (!value.empty()) map.insert_or_assign(std::string(key), std::string(value));
}

json::object make_object(const NewObject& what) {
  json::object metadata{{"name", what.name}, {"namespace", what.ns}};
  if (!what.labels.empty()) metadata["labels"] = to_json(what.labels);
  if (!what.annotations.empty()) metadata["annotations"] = to_json(what.annotations);
  return {{"apiVersion", what.api_version}, {"kind", what.kind}, {"metadata", std::move(metadata)}};
}

json::object make_object(const NewObject& what, const Maker& maker) {
  json::object object = make_object(what);
  if (maker.metadata.uid.empty()) return object;
  json::object reference{
      {"apiVersion", api::kApiVersion}, {"kind", maker.kind}, {"name", maker.metadata.name},
      {"uid", maker.metadata.uid},      {"controller", true}, {"blockOwnerDeletion", true}};
  object.at("metadata").as_object()["ownerReferences"] = json::array{std::move(reference)};
  return object;
}

}  // namespace dynamo::graph
