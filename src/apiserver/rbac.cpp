#include "apiserver/rbac.h"

#include <algorithm>

#include "apiserver/authenticator.h"

namespace dynamo::apiserver {
namespace {

constexpr std::string_view kGroup = ".rbac.authorization.k8s.io";

std::string collection(std::string_view plural) { return std::string(plural).append(kGroup); }

bool lists(const json::value& rule, std::string_view key, std::string_view wanted) {
  const json::value* items = json::find(rule, {key});
  if (items == nullptr || !items->is_array()) return false;
  return std::any_of(items->get_array().begin(), items->get_array().end(), [&](const json::value& item) {
    const auto text = json::string_at(item, {});
    return text == "*" || text == wanted;
  });
}

bool covers(const json::value& rule, const AccessRequest& wanted) {
  const std::string resource =
      wanted.subresource.empty() ? wanted.resource : wanted.resource + "/" + wanted.subresource;
  if (!lists(rule, "verbs", wanted.verb) || !lists(rule, "apiGroups", wanted.group)) return false;
  if (!lists(rule, "resources", resource) && !lists(rule, "resources", "*/" + wanted.subresource))
    return false;
  const json::value* names = json::find(rule, {"resourceNames"});
  const bool any_name = names == nullptr || !names->is_array() || names->get_array().empty();
  return any_name || (!wanted.name.empty() && lists(rule, "resourceNames", wanted.name));
}

bool names_user(const json::value& subject, const User& user) {
  const auto kind = json::string_at(subject, {"kind"});
  const auto name = json::string_at(subject, {"name"});
  if (kind == "User") return name == user.name;
  if (kind == "Group") return std::find(user.groups.begin(), user.groups.end(), name) != user.groups.end();
  return kind == "ServiceAccount" && account_user(json::string_at(subject, {"namespace"}), name) == user.name;
}

bool binds(const Object& binding, const User& user) {
  const auto& subjects = kube::array_at(binding, {"subjects"});
  return std::any_of(subjects.begin(), subjects.end(),
                     [&](const json::value& s) { return names_user(s, user); });
}

bool role_covers(const Store& store, const Object& binding, const std::string& ns,
                 const AccessRequest& wanted) {
  const bool cluster = json::string_at(binding, {"roleRef", "kind"}) == "ClusterRole";
  const std::string name(json::string_at(binding, {"roleRef", "name"}));
  const ObjectPtr role =
      store.get(Key{collection(cluster ? "clusterroles" : "roles"), cluster ? "" : ns, name});
  if (!role) return false;
  const auto& rules = kube::array_at(*role, {"rules"});
  return std::any_of(rules.begin(), rules.end(),
                     [&](const json::value& rule) { return covers(rule, wanted); });
}

}  // namespace

bool is_allowed(const Store& store, const User& user, const AccessRequest& wanted) {
  if (user.is_admin()) return true;
  if (wanted.resource == "selfsubjectaccessreviews" || wanted.resource == "selfsubjectreviews") return true;
  for (const auto& binding : store.list(collection("clusterrolebindings"), "")) {
    if (binds(*binding, user) && role_covers(store, *binding, "", wanted)) return true;
  }
  if (wanted.ns.empty()) return false;
  for (const auto& binding : store.list(collection("rolebindings"), wanted.ns)) {
    if (binds(*binding, user) && role_covers(store, *binding, wanted.ns, wanted)) return true;
  }
  return false;
}

std::string refusal_text(const User& user, const AccessRequest& wanted) {
  const std::string resource =
      wanted.subresource.empty() ? wanted.resource : wanted.resource + "/" + wanted.subresource;
  const std::string where =
      wanted.ns.empty() ? "at the cluster scope" : fmt::format("in the namespace \"{}\"", wanted.ns);
  return fmt::format("User \"{}\" cannot {} resource \"{}\" in API group \"{}\" {}", user.name, wanted.verb,
                     resource, wanted.group, where);
}

}  // namespace dynamo::apiserver
