#include "api/kinds.h"

#include <array>

#include "api/component_deployment.h"
#include "api/graph_deployment.h"
#include "api/scaling_adapter.h"
#include "api/worker_metadata.h"

namespace dynamo::api {
namespace {

constexpr PrinterColumn kAge{"Age", "date", ".metadata.creationTimestamp",
                             "Time since the object was created."};

KindInfo graph_deployment() {
  return {
      .kind = DynamoGraphDeployment::kKind,
      .plural = "dynamographdeployments",
      .singular = "dynamographdeployment",
      .short_name = "dgd",
      .has_status = true,
      .scale = {},
      .columns = {{"State", "string", ".status.state", "State of the graph."},
                  {"Ready", "string", ".status.conditions[?(@.type=='Ready')].status", "Whether it serves."},
                  {"Backend", "string", ".spec.backendFramework", "Engine of the workers."},
                  kAge},
      .type = describe(Type<DynamoGraphDeployment>{})};
}

KindInfo component_deployment() {
  return {.kind = DynamoComponentDeployment::kKind,
          .plural = "dynamocomponentdeployments",
          .singular = "dynamocomponentdeployment",
          .short_name = "dcd",
          .has_status = true,
          .scale = {},
          .columns = {{"DynamoComponent", "string", ".spec.serviceName", "Name of the component."},
                      {"Available", "string", ".status.conditions[?(@.type=='Available')].status",
                       "Whether its workload is available."},
                      kAge},
          .type = describe(Type<DynamoComponentDeployment>{})};
}

KindInfo scaling_adapter() {
  return {.kind = DynamoGraphDeploymentScalingAdapter::kKind,
          .plural = "dynamographdeploymentscalingadapters",
          .singular = "dynamographdeploymentscalingadapter",
          .short_name = "dgdsa",
          .has_status = true,
          .scale = ScalePaths{".spec.replicas", ".status.replicas", ".status.selector"},
          .columns = {{"DGD", "string", ".spec.dgdRef.name", "Graph."},
                      {"SERVICE", "string", ".spec.dgdRef.serviceName", "Service that is scaled."},
                      {"REPLICAS", "integer", ".status.replicas", "Replicas now."},
                      {"AGE", kAge.type, kAge.json_path, kAge.doc}},
          .type = describe(Type<DynamoGraphDeploymentScalingAdapter>{})};
}

KindInfo worker_metadata() {
  return {.kind = DynamoWorkerMetadata::kKind,
          .plural = "dynamoworkermetadatas",
          .singular = "dynamoworkermetadata",
          .short_name = "dwm",
          .has_status = false,
          .scale = {},
          .columns = {kAge},
          .type = describe(Type<DynamoWorkerMetadata>{})};
}

schema::SchemaPtr text_field(std::string doc) {
  schema::Schema schema;
  schema.type = "string";
  schema.description = std::move(doc);
  return std::make_shared<const schema::Schema>(std::move(schema));
}

}  // namespace

std::span<const KindInfo> kinds() {
  static const std::array<KindInfo, 4> kKinds{graph_deployment(), component_deployment(), scaling_adapter(),
                                              worker_metadata()};
  return kKinds;
}

const KindInfo* find_kind(std::string_view api_version, std::string_view kind) {
  if (api_version != kApiVersion) return nullptr;
  const auto found = std::ranges::find(kinds(), kind, &KindInfo::kind);
  return found == kinds().end() ? nullptr : &*found;
}

schema::Schema object_schema(const KindInfo& kind, Detail detail) {
  schema::Schema schema = schema_of(kind.type, detail);
  schema.properties.insert(schema.properties.begin(),
                           {{"apiVersion", text_field(fmt::format("Always {}.", kApiVersion))},
                            {"kind", text_field(fmt::format("Always {}.", kind.kind))}});
  return schema;
}

}  // namespace dynamo::api
