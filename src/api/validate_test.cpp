#include "api/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/codec.h"
#include "base/yaml.h"

namespace dynamo::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> texts(const std::vector<schema::FieldError>& errors) {
  std::vector<std::string> out;
  for (const auto& error : errors) out.push_back(error.to_string());
  return out;
}

DynamoGraphDeploymentSpec spec_from(std::string_view text) {
  return part_from_json<DynamoGraphDeploymentSpec>(yaml::parse(text).value()).value();
}

DynamoGraphDeployment graph_with(DynamoGraphDeploymentSpec spec) {
  DynamoGraphDeployment graph;
  graph.metadata.name = "g";
  graph.metadata.ns = "ns";
  graph.spec = std::move(spec);
  return graph;
}

struct RuleCase {
  std::string_view rule;  // its number in the specification, and a word
  std::string_view component;
  std::vector<std::string> errors;
  std::vector<std::string> warnings{};
  ValidationContext context{};
};

constexpr std::string_view kEpp = "componentType: epp\neppConfig: {config: {a: 1}}\n";

class ComponentRuleTest : public ::testing::TestWithParam<RuleCase> {};

TEST_P(ComponentRuleTest, OfAComponentDeployment) {
  const auto& c = GetParam();
  DynamoComponentDeployment component;
  component.metadata.ns = "ns";
  component.metadata.owner_references.push_back(
      {.kind = std::string(DynamoGraphDeployment::kKind), .name = "g"});
  component.spec = part_from_json<DynamoComponentDeploymentSpec>(yaml::parse(c.component).value()).value();
  const auto found = validate_component_deployment(component, c.context);
  EXPECT_EQ(texts(found.errors), c.errors);
  EXPECT_EQ(found.warnings, c.warnings);
}

TEST_P(ComponentRuleTest, OfAServiceInAGraph) {
  const auto& c = GetParam();
  DynamoGraphDeploymentSpec spec;
  spec.services["W"] = part_from_json<ComponentSpec>(yaml::parse(c.component).value()).value();
  const auto found = validate_graph_deployment(graph_with(std::move(spec)), c.context);
  const auto moved = [](std::vector<std::string> lines) {
    for (auto& line : lines) line.replace(0, 4, "spec.services[W]");
    return lines;
  };
  EXPECT_EQ(texts(found.errors), moved(c.errors));
  EXPECT_EQ(found.warnings, moved(c.warnings));
}

INSTANTIATE_TEST_SUITE_P(
    Rules, ComponentRuleTest,
    ::testing::Values(
        RuleCase{"S0_nothing_wrong", "componentType: worker\nreplicas: 0\n", {}},
        RuleCase{"S1_namespace",
                 "dynamoNamespace: mine\n",
                 {},
                 {R"(spec.dynamoNamespace is deprecated and ignored: "ns-g" is used instead of "mine")"}},
        RuleCase{"S1_global_namespace",
                 "dynamoNamespace: mine\nglobalDynamoNamespace: true\n",
                 {},
                 {R"(spec.dynamoNamespace is deprecated and ignored: "dynamo" is used instead of "mine")"}},
        RuleCase{"S2_replicas", "replicas: -1\n", {"spec.replicas: Invalid value: -1: must be 0 or more"}},
        RuleCase{"S3_ingress",
                 "ingress: {enabled: true}\n",
                 {"spec.ingress.host: Required value: an ingress that is enabled needs a host"}},
        RuleCase{"S3_disabled_ingress", "ingress: {enabled: false}\n", {}},
        RuleCase{
            "S4_mount",
            "volumeMounts: [{name: a, mountPoint: /a}, {name: b}, {name: c, useAsCompilationCache: true}]\n",
            {"spec.volumeMounts[1].mountPoint: Required value: only a mount with useAsCompilationCache may "
             "leave it out"}},
        RuleCase{"S5_size_absent",
                 "sharedMemory: {}\n",
                 {"spec.sharedMemory.size: Required value: a size is needed unless disabled is true"}},
        RuleCase{"S5_size_zero",
                 "sharedMemory: {size: 0}\n",
                 {"spec.sharedMemory.size: Required value: a size is needed unless disabled is true"}},
        RuleCase{"S5_disabled", "sharedMemory: {disabled: true}\n", {}},
        RuleCase{"S5_given", "sharedMemory: {size: 1Gi}\n", {}},
        RuleCase{"S6_autoscaling",
                 "autoscaling: {enabled: true}\n",
                 {},
                 {"spec.autoscaling is deprecated and ignored: enable scalingAdapter and scale the "
                  "DynamoGraphDeploymentScalingAdapter with HPA, KEDA or the planner"}},
        RuleCase{"S7_no_pool",
                 kEpp,
                 {"spec.componentType: Forbidden: an epp component needs the Gateway API Inference Extension "
                  "(InferencePool), which this cluster does not have"},
                 {},
                 {.has_inference_pool = false}},
        RuleCase{"S7_pool", kEpp, {}, {}, {.has_inference_pool = true}},
        RuleCase{"S7_nobody_looked", kEpp, {}},
        RuleCase{"S8_multinode",
                 "componentType: epp\neppConfig: {config: {}}\nmultinode: {nodeCount: 2}\n",
                 {"spec.multinode: Forbidden: an epp component runs on one node"}},
        RuleCase{"S9_replicas",
                 "componentType: epp\neppConfig: {config: {}}\nreplicas: 2\n",
                 {"spec.replicas: Invalid value: 2: an epp component has exactly 1 replica"}},
        RuleCase{"S10_config",
                 "componentType: epp\n",
                 {"spec.eppConfig: Required value: an epp component needs it"}},
        RuleCase{"S11_neither",
                 "componentType: epp\neppConfig: {}\n",
                 {"spec.eppConfig: Required value: one of configMapRef and config must be given; there is no "
                  "default"}},
        RuleCase{"S12_both",
                 "componentType: epp\neppConfig: {config: {}, configMapRef: {key: k, name: cm}}\n",
                 {"spec.eppConfig: Forbidden: configMapRef and config exclude each other"}},
        RuleCase{"S13_name",
                 "componentType: epp\neppConfig: {configMapRef: {key: k}}\n",
                 {"spec.eppConfig.configMapRef.name: Required value"}},
        RuleCase{
            "CEL_checkpoint",
            "checkpoint: {enabled: true}\n",
            {"spec.checkpoint.checkpointRef: Required value: an enabled checkpoint needs checkpointRef, or "
             "identity with model and backendFramework"}},
        RuleCase{"CEL_checkpoint_by_name", "checkpoint: {enabled: true, checkpointRef: c}\n", {}},
        RuleCase{"CEL_checkpoint_by_identity",
                 "checkpoint: {enabled: true, identity: {model: m, backendFramework: vllm}}\n",
                 {}}),
    [](const auto& row) { return std::string(row.param.rule); });

struct GraphRuleCase {
  std::string_view rule;
  std::string_view spec;
  std::vector<std::string> errors;
};
class GraphRuleTest : public ::testing::TestWithParam<GraphRuleCase> {};

TEST_P(GraphRuleTest, Holds) {
  const auto found = validate_graph_deployment(graph_with(spec_from(GetParam().spec)));
  EXPECT_EQ(texts(found.errors), GetParam().errors);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, GraphRuleTest,
    ::testing::Values(
        GraphRuleCase{"G1_no_service",
                      "services: {}\n",
                      {"spec.services: Required value: a graph has at least one service"}},
        GraphRuleCase{"G2_claim_without_name",
                      "services: {A: {}}\npvcs: [{name: ''}]\n",
                      {"spec.pvcs[0].name: Required value"}},
        GraphRuleCase{"G3_claim_to_be_made",
                      "services: {A: {}}\npvcs: [{name: a, create: true}]\n",
                      {"spec.pvcs[0].storageClass: Required value: a claim to be made needs it",
                       "spec.pvcs[0].size: Required value: a claim to be made needs it",
                       "spec.pvcs[0].volumeAccessMode: Required value: a claim to be made needs it"}},
        GraphRuleCase{"G3_size_zero",
                      "services: {A: {}}\n"
                      "pvcs: [{name: a, create: true, size: 0Gi, storageClass: s, volumeAccessMode: m}]\n",
                      {"spec.pvcs[0].size: Required value: a claim to be made needs it"}},
        GraphRuleCase{
            "G3_existing_claim", "services: {A: {}}\npvcs: [{name: a}, {name: b, create: false}]\n", {}},
        GraphRuleCase{
            "G4_restart_id", "services: {A: {}}\nrestart: {id: ''}\n", {"spec.restart.id: Required value"}},
        GraphRuleCase{
            "G5_parallel_order",
            "services: {A: {}}\nrestart: {id: '1', strategy: {type: Parallel, order: [X, X]}}\n",
            {"spec.restart.strategy.order: Forbidden: services that restart in parallel have no order"}},
        GraphRuleCase{"G6_twice",
                      "services: {A: {}, B: {}}\nrestart: {id: '1', strategy: {order: [A, B, A]}}\n",
                      {R"(spec.restart.strategy.order[2]: Duplicate value: "A")"}},
        GraphRuleCase{
            "G7_not_all",
            "services: {A: {}, B: {}}\nrestart: {id: '1', strategy: {order: [B]}}\n",
            {R"(spec.restart.strategy.order: Invalid value: ["B"]: must name each of the 2 services once: )"
             "A, B"}},
        GraphRuleCase{"G8_unknown",
                      "services: {A: {}}\nrestart: {id: '1', strategy: {order: [Z]}}\n",
                      {R"(spec.restart.strategy.order[0]: Not found: "Z": the services are A)"}},
        GraphRuleCase{"G8_complete_order",
                      "services: {A: {}, B: {}}\nrestart: {id: '1', strategy: {order: [B, A]}}\n",
                      {}},
        GraphRuleCase{"G9_every_service",
                      "services: {A: {replicas: -1}, B: {replicas: -2}}\n",
                      {"spec.services[A].replicas: Invalid value: -1: must be 0 or more",
                       "spec.services[B].replicas: Invalid value: -2: must be 0 or more"}}),
    [](const auto& row) { return std::string(row.param.rule); });

TEST(Names, OfAGraphMustLeadToNamesOfServices) {
  const auto graph = [](std::string name, std::vector<std::string> services) {
    auto made = graph_with({});
    made.metadata.name = std::move(name);
    for (auto& service : services) made.spec.services[service];
    return texts(validate_names(made));
  };
  EXPECT_THAT(graph("chat", {"Frontend", "VllmDecodeWorker", "a-1"}), IsEmpty());
  EXPECT_THAT(graph("Chat", {}), ElementsAre(HasSubstr("lower case letters")));
  EXPECT_THAT(graph("1chat", {}), ElementsAre(HasSubstr("must start with a letter")));
  EXPECT_THAT(graph("chat.v1", {}), ElementsAre(HasSubstr("lower case letters")));
  EXPECT_THAT(graph("chat", {"front_end"}),
              ElementsAre(HasSubstr("spec.services[front_end]: Invalid value")));
  EXPECT_THAT(graph(std::string(55, 'a'), {"Frontend"}),
              ElementsAre(HasSubstr("must be at most 63 characters long, it has 64")));
  EXPECT_THAT(graph(std::string(54, 'a'), {"Frontend"}), IsEmpty());
}

TEST(Names, OfObjectsAndLabels) {
  EXPECT_EQ(check_dns_subdomain("a.b-c.d1"), std::nullopt);
  for (const auto* bad : {"", "a..b", ".a", "a.", "-a", "a-", "A", "a_b"})
    EXPECT_NE(check_dns_subdomain(bad), std::nullopt) << bad;
  EXPECT_EQ(check_dns_subdomain(std::string(253, 'a')), std::nullopt);
  EXPECT_THAT(check_dns_subdomain(std::string(254, 'a')).value(), HasSubstr("at most 253"));
  EXPECT_EQ(check_qualified_name("nvidia.com/Some_Name.x"), std::nullopt);
  for (const auto* bad : {"", "/a", "a/", "A/b", "a b", "-a", "a/b/c"})
    EXPECT_NE(check_qualified_name(bad), std::nullopt) << bad;
  EXPECT_EQ(check_label_value(""), std::nullopt);
  EXPECT_EQ(check_label_value("V1.2_x"), std::nullopt);
  EXPECT_NE(check_label_value("a b"), std::nullopt);
  EXPECT_NE(check_label_value(std::string(64, 'a')), std::nullopt);
}

TEST(Metadata, IsCheckedAsByAnApiServer) {
  const auto found = validate_metadata(
      yaml::parse(
          "name: Bad_Name\nnamespace: a.b\nlabels: {'bad key': x, ok: 'bad value'}\nannotations: {'/': x}\n")
          ->as_object());
  EXPECT_THAT(texts(found), ElementsAre(HasSubstr(R"(metadata.name: Invalid value: "Bad_Name")"),
                                        HasSubstr(R"(metadata.namespace: Invalid value: "a.b")"),
                                        HasSubstr(R"(metadata.labels: Invalid value: "bad key")"),
                                        HasSubstr(R"(metadata.labels.ok: Invalid value: "bad value")"),
                                        HasSubstr(R"(metadata.annotations: Invalid value: "/")")));
  EXPECT_THAT(texts(validate_metadata({})),
              ElementsAre("metadata.name: Required value: name or generateName is required"));
  EXPECT_THAT(validate_metadata({{"generateName", "x-"}}), IsEmpty());
  EXPECT_THAT(validate_metadata({{"name", "system:node"}}, NameRule::path_segment), IsEmpty());
  EXPECT_THAT(validate_metadata({{"name", "a/b"}}, NameRule::path_segment), ::testing::SizeIs(1));
}

}  // namespace
}  // namespace dynamo::api
