#include "controllers/endpoint_plan.h"

#include <map>

#include "controllers/pods.h"
#include "kube/compare.h"
#include "kube/owner.h"
#include "kube/selector.h"

namespace dynamo::controllers {
namespace {

/// What makes endpoints share a slice.
struct SliceKind {
  std::string address_type;
  std::string ports;  // as JSON text
  friend auto operator<=>(const SliceKind&, const SliceKind&) = default;
};
using Groups = std::map<SliceKind, std::vector<json::value>>;

/// The number of the container port of that name and protocol; nothing when the pod has none.
std::optional<std::int64_t> named_port(const Object& pod, std::string_view name, std::string_view protocol) {
  for (const json::value& container : kube::array_at(pod, {"spec", "containers"})) {
    const json::value* ports = json::find(container, {"ports"});
    if (ports == nullptr || !ports->is_array()) continue;
    for (const json::value& port : ports->get_array()) {
      const bool same =
          json::string_at(port, {"name"}) == name && json::string_at(port, {"protocol"}, "TCP") == protocol;
      if (same) return json::int_at(port, {"containerPort"});
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> target_port(const json::value& port, const Object& pod,
                                        std::string_view protocol) {
  const json::value* target = json::find(port, {"targetPort"});
  if (target == nullptr || target->is_null()) return json::int_at(port, {"port"});
  if (!target->is_string()) return json::int_at(*target, {});
  return named_port(pod, json::string_at(*target, {}), protocol);
}

/// The service's ports as this pod has them; those that it lacks are left out.
json::array resolve_ports(const Object& service, const Object& pod) {
  json::array resolved;
  for (const json::value& port : kube::array_at(service, {"spec", "ports"})) {
    const std::string_view protocol = json::string_at(port, {"protocol"}, "TCP");
    const auto number = target_port(port, pod, protocol);
    if (!number) continue;
    Object entry{{"name", json::string_at(port, {"name"})}, {"port", *number}, {"protocol", protocol}};
    if (const auto app = json::string_at(port, {"appProtocol"}); !app.empty()) entry["appProtocol"] = app;
    resolved.push_back(std::move(entry));
  }
  return resolved;
}

Object endpoint_of(const Object& service, const Object& pod, std::string_view address) {
  const bool publish_always = kube::bool_at(service, {"spec", "publishNotReadyAddresses"});
  const bool serving = is_ready(pod);
  const bool terminating = kube::is_deleting(pod);
  Object endpoint{{"addresses", json::array{json::string(address)}},
                  {"conditions", Object{{"ready", publish_always || (serving && !terminating)},
                                        {"serving", serving},
                                        {"terminating", terminating}}},
                  {"targetRef", Object{{"kind", "Pod"},
                                       {"name", kube::name_of(pod)},
                                       {"namespace", kube::namespace_of(pod)},
                                       {"uid", kube::uid_of(pod)}}}};
  if (const auto node = json::string_at(pod, {"spec", "nodeName"}); !node.empty())
    endpoint["nodeName"] = node;
  const std::string_view hostname = json::string_at(pod, {"spec", "hostname"});
  const bool named =
      !hostname.empty() && json::string_at(pod, {"spec", "subdomain"}) == kube::name_of(service);
  if (named) endpoint["hostname"] = hostname;
  return endpoint;
}

void add_pod(const Object& service, const Object& pod, Groups& groups) {
  const std::string_view address = json::string_at(pod, {"status", "podIP"});
  if (address.empty() || is_finished(pod)) return;
  const std::string family = address.find(':') == std::string_view::npos ? "IPv4" : "IPv6";
  SliceKind kind{family, json::dump(json::value(resolve_ports(service, pod)))};
  groups[std::move(kind)].push_back(endpoint_of(service, pod, address));
}

Object make_slice(const Object& service, const SliceKind& kind, std::size_t part, json::array endpoints) {
  const std::string name(kube::name_of(service));
  const Object identity{{"type", kind.address_type}, {"ports", kind.ports}, {"part", part}};
  const std::string suffix = kube::content_hash(identity).substr(0, 5);
  Object slice = kube::make_object(kube::resources::kEndpointSlices,
                                   {std::string(kube::namespace_of(service)), name + "-" + suffix});
  for (const auto& entry : kube::labels_of(service)) {
    kube::set_label(slice, kube::view(entry.key()), json::string_at(entry.value(), {}));
  }
  kube::set_label(slice, kServiceNameLabel, name);
  kube::set_label(slice, kManagedByLabel, kManager);
  if (json::string_at(service, {"spec", "clusterIP"}) == "None")
    kube::set_label(slice, "service.kubernetes.io/headless", "");
  // Cannot be refused: a new object has no owner.
  (void)kube::set_owner(slice, kube::controller_reference(service));
  slice["addressType"] = kind.address_type;
  slice["endpoints"] = std::move(endpoints);
  slice["ports"] = json::parse(kind.ports).value_or(json::array{});
  return slice;
}

}  // namespace

std::vector<Object> plan_endpoint_slices(const Object& service, const std::vector<ObjectPtr>& pods) {
  std::vector<Object> slices;
  const Object& wanted = kube::object_at(service, {"spec", "selector"});
  const bool external = json::string_at(service, {"spec", "type"}) == "ExternalName";
  if (wanted.empty() || external || kube::is_deleting(service)) return slices;
  const auto selector = kube::LabelSelector::from_map(wanted);
  Groups groups;
  for (const ObjectPtr& pod : pods) {
    if (selector.matches(kube::labels_of(*pod))) add_pod(service, *pod, groups);
  }
  for (auto& [kind, endpoints] : groups) {
    for (std::size_t part = 0; part * kMaxEndpoints < endpoints.size(); ++part) {
      const auto first = endpoints.begin() + static_cast<std::ptrdiff_t>(part * kMaxEndpoints);
      const auto last = endpoints.begin() +
                        static_cast<std::ptrdiff_t>(std::min((part + 1) * kMaxEndpoints, endpoints.size()));
      slices.push_back(make_slice(
          service, kind, part, json::array(std::make_move_iterator(first), std::make_move_iterator(last))));
    }
  }
  return slices;
}

}  // namespace dynamo::controllers
