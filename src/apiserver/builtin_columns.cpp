#include "apiserver/builtin_columns.h"

#include "apiserver/column_helpers.h"

namespace dynamo::apiserver {
namespace {

json::value count_of(const Object& object, const Path& path) {
  const json::value* found = at(object, path);
  if (found == nullptr) return json::value(0);
  if (const json::object* members = found->if_object())
    return json::value(static_cast<std::int64_t>(members->size()));
  if (const json::array* items = found->if_array())
    return json::value(static_cast<std::int64_t>(items->size()));
  return json::value(0);
}

Column count_column(std::string name, Path path) {
  return column(std::move(name), "string", 0,
                [path = std::move(path)](const Object& object, WallTime) { return count_of(object, path); });
}

/// What the containers of a template have in `member`, joined.
Column containers_column(std::string name, std::string_view member) {
  return column(std::move(name), "string", kWide, [member](const Object& object, WallTime) {
    std::vector<std::string> parts;
    for (const auto& container : kube::array_at(object, {"spec", "template", "spec", "containers"})) {
      parts.emplace_back(json::string_at(container, {member}));
    }
    return json::value(joined(parts));
  });
}

Column selector_column(Path path) {
  return column("Selector", "string", kWide, [path = std::move(path)](const Object& object, WallTime) {
    const json::value* found = at(object, path);
    const json::object* labels = found == nullptr ? nullptr : found->if_object();
    return json::value(labels == nullptr ? std::string(kNone) : joined_map(*labels));
  });
}

json::value deployment_ready(const Object& deployment, WallTime) {
  return json::value(fmt::format("{}/{}", kube::int_at(deployment, {"status", "readyReplicas"}).value_or(0),
                                 kube::int_at(deployment, {"spec", "replicas"}).value_or(0)));
}

json::value node_status(const Object& node, WallTime) {
  std::string text = "Unknown";
  for (const auto& condition : kube::array_at(node, {"status", "conditions"})) {
    if (json::string_at(condition, {"type"}) != "Ready") continue;
    text = json::string_at(condition, {"status"}) == "True" ? "Ready" : "NotReady";
  }
  if (kube::bool_at(node, {"spec", "unschedulable"})) text += ",SchedulingDisabled";
  return json::value(text);
}

json::value node_roles(const Object& node, WallTime) {
  constexpr std::string_view kPrefix = "node-role.kubernetes.io/";
  std::vector<std::string> roles;
  for (const auto& label : kube::labels_of(node)) {
    const std::string_view key = label.key();
    if (key.starts_with(kPrefix)) roles.emplace_back(key.substr(kPrefix.size()));
  }
  return json::value(joined(roles));
}

json::value node_address(const Object& node, WallTime) {
  for (const auto& address : kube::array_at(node, {"status", "addresses"})) {
    if (json::string_at(address, {"type"}) == "InternalIP")
      return json::value(json::string_at(address, {"address"}));
  }
  return json::value(kNone);
}

json::value service_ports(const Object& service, WallTime) {
  std::vector<std::string> ports;
  for (const auto& port : kube::array_at(service, {"spec", "ports"})) {
    const auto node_port = json::int_at(port, {"nodePort"}).value_or(0);
    ports.push_back(fmt::format("{}{}/{}", json::int_at(port, {"port"}).value_or(0),
                                node_port == 0 ? "" : fmt::format(":{}", node_port),
                                json::string_at(port, {"protocol"})));
  }
  return json::value(joined(ports));
}

json::value service_external(const Object& service, WallTime) {
  std::vector<std::string> addresses;
  for (const auto& ingress : kube::array_at(service, {"status", "loadBalancer", "ingress"})) {
    addresses.emplace_back(json::string_at(ingress, {"ip"}, json::string_at(ingress, {"hostname"})));
  }
  for (const auto& address : kube::array_at(service, {"spec", "externalIPs"})) {
    addresses.emplace_back(json::string_at(address, {}));
  }
  const auto type = json::string_at(service, {"spec", "type"});
  if (type == "ExternalName") return json::value(json::string_at(service, {"spec", "externalName"}));
  if (addresses.empty() && type == "LoadBalancer") return json::value("<pending>");
  return json::value(joined(addresses));
}

json::value slice_addresses(const Object& slice, WallTime) {
  std::vector<std::string> addresses;
  for (const auto& endpoint : kube::array_at(slice, {"endpoints"})) {
    const json::value* list = json::find(endpoint, {"addresses"});
    for (std::size_t i = 0; list != nullptr && list->is_array() && i < list->get_array().size(); ++i) {
      addresses.emplace_back(json::string_at(list->get_array()[i], {}));
    }
  }
  return json::value(addresses.empty() ? "<unset>" : joined(addresses));
}

json::value slice_ports(const Object& slice, WallTime) {
  std::vector<std::string> ports;
  for (const auto& port : kube::array_at(slice, {"ports"})) {
    ports.push_back(std::to_string(json::int_at(port, {"port"}).value_or(0)));
  }
  return json::value(ports.empty() ? "<unset>" : joined(ports));
}

json::value event_object(const Object& event, WallTime) {
  std::string kind(json::string_at(event, {"involvedObject", "kind"}));
  for (char& c : kind) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return json::value(fmt::format("{}/{}", kind, json::string_at(event, {"involvedObject", "name"})));
}

/// How long ago the first of these times was that is there.
json::value age_of_first(const Object& object, std::initializer_list<Path> paths, WallTime now) {
  for (const Path& path : paths) {
    const json::value* found = at(object, path);
    if (found != nullptr && found->is_string())
      return json::value(age_cell(kube::view(found->get_string()), now));
  }
  return json::value("<unknown>");
}

json::value event_last_seen(const Object& event, WallTime now) {
  return age_of_first(
      event,
      {{"series", "lastObservedTime"}, {"lastTimestamp"}, {"eventTime"}, {"metadata", "creationTimestamp"}},
      now);
}

json::value event_first_seen(const Object& event, WallTime now) {
  return age_of_first(event, {{"firstTimestamp"}, {"eventTime"}, {"metadata", "creationTimestamp"}}, now);
}

json::value object_name(const Object& object, WallTime) { return json::value(kube::name_of(object)); }

json::value access_modes(const Object& claim, WallTime) {
  std::vector<std::string> modes;
  for (const auto& mode : kube::array_at(claim, {"spec", "accessModes"})) {
    const auto text = json::string_at(mode, {});
    modes.emplace_back(text == "ReadWriteOnce"   ? "RWO"
                       : text == "ReadOnlyMany"  ? "ROX"
                       : text == "ReadWriteMany" ? "RWX"
                                                 : "RWOP");
  }
  return json::value(modes.empty() ? "" : joined(modes));
}

json::value ingress_hosts(const Object& ingress, WallTime) {
  std::vector<std::string> hosts;
  for (const auto& rule : kube::array_at(ingress, {"spec", "rules"}))
    hosts.emplace_back(json::string_at(rule, {"host"}, "*"));
  return json::value(hosts.empty() ? "*" : joined(hosts));
}

json::value scale_target(const Object& autoscaler, WallTime) {
  return json::value(fmt::format("{}/{}", json::string_at(autoscaler, {"spec", "scaleTargetRef", "kind"}),
                                 json::string_at(autoscaler, {"spec", "scaleTargetRef", "name"})));
}

json::value role_ref(const Object& binding, WallTime) {
  return json::value(fmt::format("{}/{}", json::string_at(binding, {"roleRef", "kind"}),
                                 json::string_at(binding, {"roleRef", "name"})));
}

}  // namespace

std::string age_cell(std::string_view time, WallTime now) {
  const auto then = parse_rfc3339(time);
  if (!then) return "<unknown>";
  return format_age(std::chrono::floor<std::chrono::seconds>(now - *then));
}

Column age_column() {
  return column("Age", "string", 0, [](const Object& object, WallTime now) {
    return json::value(age_cell(json::string_at(object, {"metadata", "creationTimestamp"}), now));
  });
}

std::vector<Column> namespace_columns() {
  return {field_column("Status", {"status", "phase"}), age_column()};
}

std::vector<Column> node_columns() {
  return {column("Status", "string", 0, node_status),
          column("Roles", "string", 0, node_roles),
          age_column(),
          field_column("Version", {"status", "nodeInfo", "kubeletVersion"}, json::value("")),
          column("Internal-IP", "string", kWide, node_address),
          field_column("OS-Image", {"status", "nodeInfo", "osImage"}, json::value("<unknown>"), kWide),
          field_column("Kernel-Version", {"status", "nodeInfo", "kernelVersion"}, json::value("<unknown>"),
                       kWide)};
}

std::vector<Column> service_columns() {
  return {field_column("Type", {"spec", "type"}),
          field_column("Cluster-IP", {"spec", "clusterIP"}),
          column("External-IP", "string", 0, service_external),
          column("Port(s)", "string", 0, service_ports),
          age_column(),
          selector_column({"spec", "selector"})};
}

std::vector<Column> service_account_columns() { return {count_column("Secrets", {"secrets"}), age_column()}; }

std::vector<Column> secret_columns() {
  return {field_column("Type", {"type"}, json::value("")), count_column("Data", {"data"}), age_column()};
}

std::vector<Column> config_map_columns() {
  const auto entries = [](const Object& map, WallTime) {
    return json::value(count_of(map, {"data"}).get_int64() + count_of(map, {"binaryData"}).get_int64());
  };
  return {column("Data", "string", 0, entries), age_column()};
}

std::vector<Column> claim_columns() {
  return {field_column("Status", {"status", "phase"}, json::value("")),
          field_column("Volume", {"spec", "volumeName"}, json::value("")),
          field_column("Capacity", {"status", "capacity", "storage"}, json::value("")),
          column("Access Modes", "string", 0, access_modes),
          field_column("StorageClass", {"spec", "storageClassName"}, json::value("")),
          age_column(),
          field_column("VolumeMode", {"spec", "volumeMode"}, json::value("<unset>"), kWide)};
}

std::vector<Column> event_columns() {
  return {column("Last Seen", "string", 0, event_last_seen),
          field_column("Type", {"type"}, json::value("")),
          field_column("Reason", {"reason"}, json::value("")),
          column("Object", "string", 0, event_object),
          field_column("Subobject", {"involvedObject", "fieldPath"}, json::value(""), kWide),
          field_column("Source", {"source", "component"}, json::value(""), kWide),
          field_column("Message", {"message"}, json::value("")),
          column("First Seen", "string", kWide, event_first_seen),
          field_column("Count", {"count"}, json::value(1), kWide),
          Column{.name = "Name", .format = "name", .priority = kWide, .cell = object_name}};
}

std::vector<Column> deployment_columns() {
  return {column("Ready", "string", 0, deployment_ready),
          field_column("Up-to-date", {"status", "updatedReplicas"}, json::value(0)),
          field_column("Available", {"status", "availableReplicas"}, json::value(0)),
          age_column(),
          containers_column("Containers", "name"),
          containers_column("Images", "image"),
          selector_column({"spec", "selector", "matchLabels"})};
}

std::vector<Column> replica_set_columns() {
  return {field_column("Desired", {"spec", "replicas"}, json::value(0)),
          field_column("Current", {"status", "replicas"}, json::value(0)),
          field_column("Ready", {"status", "readyReplicas"}, json::value(0)),
          age_column(),
          containers_column("Containers", "name"),
          containers_column("Images", "image"),
          selector_column({"spec", "selector", "matchLabels"})};
}

std::vector<Column> endpoint_slice_columns() {
  return {field_column("AddressType", {"addressType"}, json::value("")),
          column("Ports", "string", 0, slice_ports), column("Endpoints", "string", 0, slice_addresses),
          age_column()};
}

std::vector<Column> ingress_columns() {
  return {field_column("Class", {"spec", "ingressClassName"}), column("Hosts", "string", 0, ingress_hosts),
          column("Address", "string", 0,
                 [](const Object& ingress, WallTime now) {
                   const json::value text = service_external(ingress, now);
                   return text == json::value(kNone) ? json::value("") : text;
                 }),
          age_column()};
}

std::vector<Column> lease_columns() {
  return {field_column("Holder", {"spec", "holderIdentity"}, json::value("")), age_column()};
}

std::vector<Column> autoscaler_columns() {
  return {column("Reference", "string", 0, scale_target),
          field_column("MinPods", {"spec", "minReplicas"}, json::value("<unset>")),
          field_column("MaxPods", {"spec", "maxReplicas"}, json::value(0)),
          field_column("Replicas", {"status", "currentReplicas"}, json::value(0)), age_column()};
}

std::vector<Column> disruption_budget_columns() {
  return {field_column("Min Available", {"spec", "minAvailable"}, json::value("N/A")),
          field_column("Max Unavailable", {"spec", "maxUnavailable"}, json::value("N/A")),
          field_column("Allowed Disruptions", {"status", "disruptionsAllowed"}, json::value(0)),
          age_column()};
}

std::vector<Column> role_columns() {
  return {field_column("Created At", {"metadata", "creationTimestamp"}, json::value("<unknown>"))};
}

std::vector<Column> role_binding_columns() { return {column("Role", "string", 0, role_ref), age_column()}; }

}  // namespace dynamo::apiserver
