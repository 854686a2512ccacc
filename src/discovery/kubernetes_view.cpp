#include "discovery/kubernetes_view.h"

#include <map>

#include "kube/owner.h"
#include "net/http.h"

namespace dynamo::discovery {
namespace {

struct Pod {
  std::string address;
  std::string uid;
};
using Pods = std::map<std::string, Pod, std::less<>>;

void add_ready_pods(const kube::Object& slice, Pods& pods) {
  for (const json::value& endpoint : kube::array_at(slice, {"endpoints"})) {
    const std::string_view name = json::string_at(endpoint, {"targetRef", "name"});
    const json::value* addresses = json::find(endpoint, {"addresses"});
    const bool addressed = addresses != nullptr && addresses->is_array() && !addresses->get_array().empty();
    if (name.empty() || !addressed || !json::bool_at(endpoint, {"conditions", "ready"})) continue;
    const std::string_view address = json::string_at(addresses->get_array().front(), {});
    pods.try_emplace(std::string(name),
                     Pod{std::string(address), std::string(json::string_at(endpoint, {"targetRef", "uid"}))});
  }
}

bool belongs_to(const kube::Object& metadata, const Pod& pod) {
  const auto owners = kube::owners_of(metadata);
  return owners.empty() || pod.uid.empty() || kube::is_owned_by(metadata, pod.uid);
}

/// The record as it is seen from outside of its pod; nothing when its address is none.
std::optional<Record> located(Record record, InstanceId id, const std::string& address) {
  std::visit([&](auto& any) { any.id = id; }, record);
  auto* instance = std::get_if<Instance>(&record);
  if (instance == nullptr) return record;
  auto url = net::Url::parse(instance->address);
  if (!url) return std::nullopt;
  url->host = address;
  instance->address = fmt::format("{}://{}{}", url->tls ? "https" : "http", url->authority(),
                                  url->target == "/" ? std::string_view{} : std::string_view(url->target));
  return record;
}

}  // namespace

Snapshot snapshot_from_kubernetes(const std::vector<kube::ObjectPtr>& slices,
                                  const std::vector<kube::ObjectPtr>& metadata) {
  Pods pods;
  for (const auto& slice : slices) add_ready_pods(*slice, pods);
  Snapshot snapshot;
  for (const auto& object : metadata) {
    const auto pod = pods.find(kube::name_of(*object));
    const json::value* data = json::find(*object, {"spec", "data"});
    if (pod == pods.end() || data == nullptr || !belongs_to(*object, pod->second)) continue;
    const InstanceId id = instance_id_of_pod(pod->first);
    for (auto& [key, record] : snapshot_from_metadata(*data)) {
      auto seen = located(std::move(record), id, pod->second.address);
      if (seen) snapshot.insert_or_assign(key_of(*seen), std::move(*seen));
    }
  }
  return snapshot;
}

}  // namespace dynamo::discovery
