#include "graph/discovery_access.h"

#include <initializer_list>

#include "api/constants.h"
#include "graph/names.h"
#include "graph/objects.h"

namespace dynamo::graph {
namespace {

constexpr std::string_view kRbacGroup = "rbac.authorization.k8s.io";
constexpr std::string_view kRbacVersion = "rbac.authorization.k8s.io/v1";

json::array words(std::initializer_list<std::string_view> texts) {
  json::array list;
  for (const std::string_view text : texts) list.push_back(json::value(text));
  return list;
}

json::object rule(std::string_view group, std::initializer_list<std::string_view> resources,
                  std::initializer_list<std::string_view> verbs) {
  return {{"apiGroups", words({group})}, {"resources", words(resources)}, {"verbs", words(verbs)}};
}

json::array discovery_rules() {
  json::array rules;
  rules.push_back(rule("", {"endpoints", "pods"}, {"get", "list", "watch"}));
  rules.push_back(rule("discovery.k8s.io", {"endpointslices"}, {"get", "list", "watch"}));
  rules.push_back(rule("nvidia.com", {"dynamoworkermetadatas"},
                       {"create", "get", "list", "watch", "update", "patch", "delete"}));
  return rules;
}

}  // namespace

std::vector<json::object> render_discovery_access(const api::DynamoGraphDeployment& dgd) {
  const std::string& ns = dgd.metadata.ns;
  const std::string account = discovery_account_name(dgd.metadata.name);
  const std::string role_name = discovery_role_name(dgd.metadata.name);
  const StringMap labels{{"app.kubernetes.io/managed-by", std::string(api::label::kManagedByOperator)},
                         {"app.kubernetes.io/component", "rbac"},
                         {"app.kubernetes.io/name", account},
                         {std::string(api::label::kGraphDeployment), dgd.metadata.name}};
  const Maker maker{api::DynamoGraphDeployment::kKind, dgd.metadata};

  json::object role = make_object({kRbacVersion, "Role", role_name, ns, labels}, maker);
  role["rules"] = discovery_rules();
  json::object binding = make_object(
      {kRbacVersion, "RoleBinding", discovery_binding_name(dgd.metadata.name), ns, labels}, maker);
  json::object subject{{"kind", "ServiceAccount"}, {"name", account}, {"namespace", ns}};
  binding["roleRef"] = {{"apiGroup", kRbacGroup}, {"kind", "Role"}, {"name", role_name}};
  binding["subjects"] = json::array{std::move(subject)};

  std::vector<json::object> objects;
  objects.push_back(make_object({"v1", "ServiceAccount", account, ns, labels}, maker));
  objects.push_back(std::move(role));
  objects.push_back(std::move(binding));
  return objects;
}

}  // namespace dynamo::graph
