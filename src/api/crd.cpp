#include "api/crd.h"

#include "api/kinds.h"
#include "base/yaml.h"

namespace dynamo::api {
namespace {

json::array columns(const KindInfo& kind) {
  json::array out;
  for (const auto& column : kind.columns) {
    out.push_back(json::object{{"name", column.name},
                               {"type", column.type},
                               {"description", column.doc},
                               {"jsonPath", column.json_path}});
  }
  return out;
}

json::object subresources(const KindInfo& kind) {
  json::object out;
  if (kind.has_status) out["status"] = json::object();
  if (kind.scale) {
    out["scale"] = json::object{{"specReplicasPath", kind.scale->spec_replicas},
                                {"statusReplicasPath", kind.scale->status_replicas},
                                {"labelSelectorPath", kind.scale->label_selector}};
  }
  return out;
}

/// The schema as an API server takes it: of `metadata` it wants to know no more than that it is an object.
json::object published_schema(const KindInfo& kind) {
  json::object schema = schema::to_json(object_schema(kind, Detail::published));
  schema.at("properties").as_object()["metadata"] = json::object{{"type", "object"}};
  return schema;
}

json::object version(const KindInfo& kind) {
  json::object out{{"name", kVersion}, {"served", true}, {"storage", true}};
  out["schema"] = json::object{{"openAPIV3Schema", published_schema(kind)}};
  if (auto parts = subresources(kind); !parts.empty()) out["subresources"] = std::move(parts);
  out["additionalPrinterColumns"] = columns(kind);
  return out;
}

json::object definition(const KindInfo& kind) {
  json::object spec{{"group", kGroup}};
  spec["names"] = json::object{{"kind", kind.kind},
                               {"listKind", fmt::format("{}List", kind.kind)},
                               {"plural", kind.plural},
                               {"singular", kind.singular},
                               {"shortNames", json::array{json::value(kind.short_name)}}};
  spec["scope"] = "Namespaced";
  spec["versions"] = json::array{version(kind)};
  return {{"apiVersion", "apiextensions.k8s.io/v1"},
          {"kind", "CustomResourceDefinition"},
          {"metadata", json::object{{"name", fmt::format("{}.{}", kind.plural, kGroup)},
                                    {"annotations", json::object{{"helm.sh/resource-policy", "keep"}}}}},
          {"spec", std::move(spec)}};
}

}  // namespace

std::vector<json::object> crd_documents() {
  std::vector<json::object> out;
  for (const auto& kind : kinds()) out.push_back(definition(kind));
  return out;
}

std::string crds_yaml() {
  std::string out;
  for (const auto& document : crd_documents()) out += "---\n" + yaml::emit(document);
  return out;
}

}  // namespace dynamo::api
