#include "api/crd.h"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

#include "api/builtin.h"
#include "api/kinds.h"
#include "api/reference.h"
#include "base/yaml.h"

namespace dynamo::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string file_text(const std::string& name) {
  std::ifstream in(std::string(DYNAMO_SOURCE_DIR "/") + name, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

constexpr std::string_view kStale =
    "is stale: run `cmake --build build/dev --target api_files` and review the change";

TEST(GeneratedFiles, DefinitionsInTheTreeAreThoseOfTheFieldLists) {
  for (const auto& document : crd_documents()) {
    const auto file =
        fmt::format("tests/golden/crds/{}.yaml", json::string_at(document, {"metadata", "name"}));
    EXPECT_TRUE(file_text(file) == yaml::emit(document)) << file << " " << kStale;
  }
}

TEST(GeneratedFiles, TheReferenceInTheTreeIsThatOfTheFieldLists) {
  EXPECT_TRUE(file_text("docs/reference/api.md") == reference_markdown())
      << "docs/reference/api.md " << kStale;
}

const json::value& published_schema(const json::object& document) {
  return document.at("spec").at("versions").at(0).at("schema").at("openAPIV3Schema");
}

TEST(Definitions, AreStructural) {
  for (const auto& document : crd_documents()) {
    const auto schema = schema::parse(published_schema(document));
    ASSERT_TRUE(schema) << schema.error().message;
    std::vector<std::string> problems;
    for (const auto& error : schema::check_structural(*schema, "schema"))
      problems.push_back(error.to_string());
    EXPECT_THAT(problems, IsEmpty()) << json::string_at(document, {"metadata", "name"});
  }
}

TEST(Definitions, AreThemselvesValidObjects) {
  const auto* type = builtin_schema("apiextensions.k8s.io", "v1", "CustomResourceDefinition");
  ASSERT_NE(type, nullptr);
  for (const auto& document : crd_documents()) {
    std::vector<std::string> problems;
    for (const auto& error : schema::validate(*type, document)) problems.push_back(error.to_string());
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_THAT(schema::unknown_fields(*type, document), IsEmpty());
  }
}

TEST(Definitions, NameRulesThatOnlyAFullApiServerEnforces) {
  const auto schema = schema::parse(published_schema(crd_documents()[0])).value();
  EXPECT_THAT(schema::unenforced(schema),
              ElementsAre("spec.pvcs[]: x-kubernetes-validations",
                          "spec.services.*.checkpoint: x-kubernetes-validations"));
}

struct KindRow {
  std::string_view kind;
  std::string_view plural;
  std::string_view short_name;
  std::vector<std::string_view> columns;
  bool status;
  bool scale;
};

TEST(Kinds, HaveTheNamesAndColumnsThatUsersKnow) {
  const std::vector<KindRow> rows{
      {"DynamoGraphDeployment",
       "dynamographdeployments",
       "dgd",
       {"State", "Ready", "Backend", "Age"},
       true,
       false},
      {"DynamoComponentDeployment",
       "dynamocomponentdeployments",
       "dcd",
       {"DynamoComponent", "Available", "Age"},
       true,
       false},
      {"DynamoGraphDeploymentScalingAdapter",
       "dynamographdeploymentscalingadapters",
       "dgdsa",
       {"DGD", "SERVICE", "REPLICAS", "AGE"},
       true,
       true},
      {"DynamoWorkerMetadata", "dynamoworkermetadatas", "dwm", {"Age"}, false, false}};
  ASSERT_EQ(kinds().size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& kind = kinds()[i];
    EXPECT_EQ(kind.kind, rows[i].kind);
    EXPECT_EQ(kind.plural, rows[i].plural);
    EXPECT_EQ(kind.short_name, rows[i].short_name);
    EXPECT_EQ(kind.has_status, rows[i].status);
    EXPECT_EQ(kind.scale.has_value(), rows[i].scale);
    std::vector<std::string_view> columns;
    for (const auto& column : kind.columns) columns.push_back(column.name);
    EXPECT_EQ(columns, rows[i].columns);
  }
}

// One row per limit and default of the specification's sections 0.3 and 2 to 5.
struct FactRow {
  std::string_view kind;
  std::string_view path;  // in the published schema, members separated by '.', items '[]', map values '*'
  std::string_view keyword;
  std::string_view value;
};

const schema::Schema* step(const schema::Schema* at, std::string_view name) {
  if (name == "[]") return at->items.get();
  if (name == "*") return at->additional_properties.get();
  return at->property(name);
}

TEST(Definitions, CarryTheLimitsAndDefaultsOfTheSpecification) {
  constexpr std::string_view kGraph = "DynamoGraphDeployment";
  constexpr std::string_view kComponent = "DynamoComponentDeployment";
  constexpr std::string_view kAdapter = "DynamoGraphDeploymentScalingAdapter";
  const std::vector<FactRow> rows{
      {kGraph, "spec.services", "maxProperties", "25"},
      {kGraph, "spec.pvcs", "maxItems", "100"},
      {kGraph, "spec.pvcs.[]", "required", R"(["name"])"},
      {kGraph, "spec.pvcs.[].size", "x-kubernetes-int-or-string", "true"},
      {kGraph, "spec.backendFramework", "enum", R"(["sglang","vllm","trtllm"])"},
      {kGraph, "spec.restart", "required", R"(["id"])"},
      {kGraph, "spec.restart.id", "minLength", "1"},
      {kGraph, "spec.restart.strategy.type", "default", R"("Sequential")"},
      {kGraph, "spec.restart.strategy.type", "enum", R"(["Sequential","Parallel"])"},
      {kGraph, "spec.services.*.replicas", "minimum", "0"},
      {kGraph, "spec.services.*.replicas", "format", R"("int32")"},
      {kGraph, "spec.services.*.multinode", "required", R"(["nodeCount"])"},
      {kGraph, "spec.services.*.multinode.nodeCount", "default", "2"},
      {kGraph, "spec.services.*.multinode.nodeCount", "minimum", "2"},
      {kGraph, "spec.services.*.scalingAdapter.enabled", "default", "false"},
      {kGraph, "spec.services.*.volumeMounts.[]", "required", R"(["name"])"},
      {kGraph, "spec.services.*.volumeMounts.[].useAsCompilationCache", "default", "false"},
      {kGraph, "spec.services.*.modelRef", "required", R"(["name"])"},
      {kGraph, "spec.services.*.checkpoint.enabled", "default", "false"},
      {kGraph, "spec.services.*.checkpoint.mode", "default", R"("Auto")"},
      {kGraph, "spec.services.*.checkpoint.mode", "enum", R"(["Auto","Manual"])"},
      {kGraph, "spec.services.*.checkpoint.identity", "required", R"(["model","backendFramework"])"},
      {kGraph, "spec.services.*.checkpoint.identity.tensorParallelSize", "default", "1"},
      {kGraph, "spec.services.*.checkpoint.identity.pipelineParallelSize", "minimum", "1"},
      {kGraph, "spec.services.*.checkpoint.identity.maxModelLen", "minimum", "1"},
      {kGraph, "spec.services.*.eppConfig.configMapRef.name", "default", R"("")"},
      {kGraph, "spec.services.*.eppConfig.configMapRef", "required", R"(["key"])"},
      {kGraph, "spec.services.*.eppConfig.config", "x-kubernetes-preserve-unknown-fields", "true"},
      {kGraph, "spec.services.*.extraPodSpec", "x-kubernetes-preserve-unknown-fields", "true"},
      {kGraph, "spec.services.*.extraPodSpec.mainContainer", "x-kubernetes-preserve-unknown-fields", "true"},
      {kGraph, "spec.services.*.envs.[]", "required", R"(["name"])"},
      {kGraph, "spec.services.*.envs.[].valueFrom.secretKeyRef.name", "default", R"("")"},
      {kGraph, "spec.services.*.envs.[].valueFrom.configMapKeyRef", "x-kubernetes-map-type", R"("atomic")"},
      {kGraph, "status.services.*.replicas", "minimum", "0"},
      {kGraph, "status.services.*", "required",
       R"(["componentKind","componentName","replicas","updatedReplicas"])"},
      {kGraph, "status.services.*.componentKind", "enum",
       R"(["PodClique","PodCliqueScalingGroup","Deployment","LeaderWorkerSet"])"},
      {kGraph, "status.conditions.[].type", "maxLength", "316"},
      {kGraph, "status.conditions.[].reason", "maxLength", "1024"},
      {kGraph, "status.conditions.[].reason", "minLength", "1"},
      {kGraph, "status.conditions.[].message", "maxLength", "32768"},
      {kGraph, "status.conditions.[].status", "enum", R"(["True","False","Unknown"])"},
      {kGraph, "status.conditions.[].observedGeneration", "minimum", "0"},
      {kComponent, "spec.backendFramework", "enum", R"(["sglang","vllm","trtllm"])"},
      {kComponent, "spec.replicas", "minimum", "0"},
      {kComponent, "status", "required", R"(["conditions"])"},
      {kAdapter, "spec", "required", R"(["replicas","dgdRef"])"},
      {kAdapter, "spec.replicas", "minimum", "0"},
      {kAdapter, "spec.dgdRef", "required", R"(["name","serviceName"])"},
      {kAdapter, "spec.dgdRef.name", "minLength", "1"},
      {kAdapter, "spec.dgdRef.serviceName", "minLength", "1"},
      {kAdapter, "status.lastScaleTime", "format", R"("date-time")"},
      {"DynamoWorkerMetadata", "spec.data", "x-kubernetes-preserve-unknown-fields", "true"},
  };
  for (const auto& row : rows) {
    const auto root = object_schema(*find_kind(kApiVersion, row.kind), Detail::published);
    const schema::Schema* at = &root;
    for (std::string_view rest = row.path; at != nullptr && !rest.empty();) {
      const auto dot = rest.find('.');
      at = step(at, rest.substr(0, dot));
      rest.remove_prefix(dot == std::string_view::npos ? rest.size() : dot + 1);
    }
    ASSERT_NE(at, nullptr) << row.path;
    const auto keywords = schema::to_json(*at);
    ASSERT_TRUE(keywords.contains(row.keyword)) << row.path << " " << row.keyword;
    EXPECT_EQ(json::dump(keywords.at(row.keyword)), row.value) << row.path << " " << row.keyword;
  }
}

TEST(Builtin, KnowsTheKindsThatThePlatformMakes) {
  for (const auto& [group, version, kind] : {std::tuple{"apps", "v1", "Deployment"},
                                             {"apps", "v1", "ReplicaSet"},
                                             {"", "v1", "Pod"},
                                             {"", "v1", "Service"},
                                             {"discovery.k8s.io", "v1", "EndpointSlice"},
                                             {"", "v1", "ServiceAccount"},
                                             {"", "v1", "Secret"},
                                             {"", "v1", "ConfigMap"},
                                             {"", "v1", "PersistentVolumeClaim"},
                                             {"rbac.authorization.k8s.io", "v1", "Role"},
                                             {"rbac.authorization.k8s.io", "v1", "RoleBinding"},
                                             {"rbac.authorization.k8s.io", "v1", "ClusterRole"},
                                             {"rbac.authorization.k8s.io", "v1", "ClusterRoleBinding"},
                                             {"", "v1", "Event"},
                                             {"events.k8s.io", "v1", "Event"},
                                             {"", "v1", "Namespace"},
                                             {"", "v1", "Node"},
                                             {"coordination.k8s.io", "v1", "Lease"},
                                             {"autoscaling", "v2", "HorizontalPodAutoscaler"},
                                             {"autoscaling", "v1", "Scale"},
                                             {"networking.k8s.io", "v1", "Ingress"},
                                             {"policy", "v1", "PodDisruptionBudget"},
                                             {"apiextensions.k8s.io", "v1", "CustomResourceDefinition"}}) {
    EXPECT_NE(builtin_schema(group, version, kind), nullptr) << group << "/" << version << " " << kind;
  }
  EXPECT_EQ(builtin_schema("apps", "v1", "StatefulSet"), nullptr);
  EXPECT_EQ(builtin_version(), "v1.36.3");
}

TEST(Builtin, CarriesWhatPatchesAndApplyNeed) {
  const auto* pod = builtin_schema("", "v1", "Pod");
  const auto* containers = pod->property("spec")->property("containers");
  ASSERT_NE(containers, nullptr);
  EXPECT_EQ(containers->list_type, schema::ListType::map);
  EXPECT_THAT(containers->list_map_keys, ElementsAre("name"));
  EXPECT_THAT(containers->patch_strategy, ElementsAre("merge"));
  EXPECT_EQ(containers->patch_merge_key, "name");
  const auto* limits = containers->items->property("resources")->property("limits");
  EXPECT_EQ(limits->additional_properties->format, "quantity");
  EXPECT_TRUE(
      containers->items->property("livenessProbe")->property("httpGet")->property("port")->int_or_string);
  const auto* strategy = builtin_schema("apps", "v1", "Deployment")->property("spec")->property("strategy");
  EXPECT_THAT(strategy->patch_strategy, ElementsAre("retainKeys"));
}

TEST(Builtin, SchemasThatContainThemselvesAreOpenEnded) {
  const auto* crd = builtin_schema("apiextensions.k8s.io", "v1", "CustomResourceDefinition");
  const auto document = json::parse(R"({"spec":{"versions":[{"schema":{"openAPIV3Schema":
      {"properties":{"a":{"properties":{"b":{"anyKeyword":1}}}}}}}]}})");
  EXPECT_THAT(schema::unknown_fields(*crd, *document), IsEmpty());
}

}  // namespace
}  // namespace dynamo::api
