#include "controllers/schedule_plan.h"

#include <algorithm>

#include "controllers/pods.h"
#include "kube/conditions.h"

namespace dynamo::controllers {
namespace {

Amounts amounts_at(const json::value& container, std::string_view field) {
  Amounts amounts;
  const json::value* found = json::find(container, {"resources", field});
  if (found == nullptr || !found->is_object()) return amounts;
  for (const auto& entry : found->get_object()) {
    const std::string text = entry.value().is_string() ? std::string(json::string_at(entry.value(), {}))
                                                       : json::dump(entry.value());
    if (const auto quantity = Quantity::parse(text)) amounts.emplace(kube::view(entry.key()), *quantity);
  }
  return amounts;
}

Amounts container_requests(const json::value& container) {
  Amounts amounts = amounts_at(container, "requests");
  amounts.merge(amounts_at(container, "limits"));
  return amounts;
}

void add(Amounts& to, const Amounts& more) {
  for (const auto& [name, quantity] : more) to[name] += quantity;
}

void raise(Amounts& to, const Amounts& least) {
  for (const auto& [name, quantity] : least) to[name] = std::max(to[name], quantity);
}

/// Extended resources have a domain; those without one belong to the machine.
bool is_enforced(std::string_view resource) { return resource.find('/') != std::string_view::npos; }

Quantity at(const Amounts& amounts, std::string_view name) {
  const auto found = amounts.find(name);
  return found == amounts.end() ? Quantity{} : found->second;
}

Amounts capacity_of(const Object& node) {
  Amounts amounts;
  for (const auto& entry : kube::object_at(node, {"status", "allocatable"})) {
    const std::string text = entry.value().is_string() ? std::string(json::string_at(entry.value(), {}))
                                                       : json::dump(entry.value());
    if (const auto quantity = Quantity::parse(text)) amounts.emplace(kube::view(entry.key()), *quantity);
  }
  return amounts;
}

Amounts used_on(std::string_view node, const std::vector<ObjectPtr>& bound) {
  Amounts used;
  for (const ObjectPtr& pod : bound) {
    if (json::string_at(*pod, {"spec", "nodeName"}) == node && !is_finished(*pod))
      add(used, requests_of(*pod));
  }
  return used;
}

bool takes_pods(const Object& node) {
  return !kube::bool_at(node, {"spec", "unschedulable"}) && !kube::is_deleting(node) &&
         kube::is_condition_true(kube::array_at(node, {"status", "conditions"}), "Ready");
}

/// What is not free on the node, and what is more than it has.
struct Shortage {
  std::vector<std::string> enforced;
  std::vector<std::string> warned;
};

Shortage compare(const Amounts& asked, const Amounts& capacity, const Amounts& used, std::string_view node) {
  Shortage shortage;
  for (const auto& [name, amount] : asked) {
    const Quantity total = at(capacity, name);
    const Quantity free = total - at(used, name);
    if (amount <= free || amount.is_zero()) continue;
    const Quantity shown = free < Quantity{} ? Quantity{} : free;
    std::string text = fmt::format("needs {} {}, {} of {} free on node {}", amount.to_string(), name,
                                   shown.to_string(), total.to_string(), node);
    (is_enforced(name) ? shortage.enforced : shortage.warned).push_back(std::move(text));
  }
  return shortage;
}

}  // namespace

Amounts requests_of(const Object& pod) {
  Amounts steady;
  for (const json::value& container : kube::array_at(pod, {"spec", "containers"}))
    add(steady, container_requests(container));
  Amounts init;
  Amounts sidecars;
  for (const json::value& container : kube::array_at(pod, {"spec", "initContainers"})) {
    const Amounts own = container_requests(container);
    Amounts together = sidecars;
    add(together, own);
    raise(init, together);
    if (json::string_at(container, {"restartPolicy"}) == "Always") sidecars = together;
  }
  add(steady, sidecars);
  raise(steady, init);
  return steady;
}

Placement place_pod(const Object& pod, const std::vector<ObjectPtr>& nodes,
                    const std::vector<ObjectPtr>& bound) {
  const Amounts asked = requests_of(pod);
  Placement placement;
  std::vector<std::string> reasons;
  for (const ObjectPtr& node : nodes) {
    const std::string name(kube::name_of(*node));
    if (!takes_pods(*node)) {
      reasons.push_back(fmt::format("node {} does not take pods now", name));
      continue;
    }
    Shortage shortage = compare(asked, capacity_of(*node), used_on(name, bound), name);
    if (shortage.enforced.empty()) {
      placement.node = name;
      placement.warnings = std::move(shortage.warned);
      return placement;
    }
    std::ranges::move(shortage.enforced, std::back_inserter(reasons));
  }
  if (reasons.empty()) reasons.emplace_back("there is no node yet");
  for (const std::string& reason : reasons)
    placement.missing += (placement.missing.empty() ? "" : "; ") + reason;
  return placement;
}

bool wants_scheduling(const Object& pod) {
  return is_active(pod) && json::string_at(pod, {"spec", "nodeName"}).empty() &&
         kube::array_at(pod, {"spec", "schedulingGates"}).empty() &&
         json::string_at(pod, {"spec", "schedulerName"}, "default-scheduler") == "default-scheduler";
}

}  // namespace dynamo::controllers
