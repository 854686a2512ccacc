#include "discovery/kubernetes_discovery.h"

#include "discovery/kubernetes_view.h"
#include "kube/owner.h"

namespace dynamo::discovery {
namespace {

const kube::Resource kWorkerMetadata{"nvidia.com", "v1alpha1", "dynamoworkermetadatas",
                                     "DynamoWorkerMetadata", true};
constexpr std::string_view kFieldManager = "dynamo-worker";
constexpr std::string_view kSliceSelector =
    "nvidia.com/dynamo-discovery-backend=kubernetes,nvidia.com/dynamo-discovery-enabled=true";

kube::CacheOptions cache_options(const KubernetesDiscoveryOptions& options, std::string_view selector) {
  kube::CacheOptions made;
  made.ns = options.pod_namespace;
  made.label_selector = selector;
  return made;
}

}  // namespace

Result<KubernetesDiscoveryOptions> KubernetesDiscoveryOptions::from_environment(const Environment& env) {
  for (const std::string_view name : {"POD_NAME", "POD_UID", "POD_NAMESPACE"}) {
    if (!env.get(name)) {
      return fail(Errc::invalid,
                  fmt::format("{} is not set; Kubernetes discovery needs it (downward API)", name));
    }
  }
  return KubernetesDiscoveryOptions{.pod_name = std::string(*env.get("POD_NAME")),
                                    .pod_uid = std::string(*env.get("POD_UID")),
                                    .pod_namespace = std::string(*env.get("POD_NAMESPACE"))};
}

KubernetesDiscovery::KubernetesDiscovery(kube::Client& client, KubernetesDiscoveryOptions options)
    : client_(client),
      options_(std::move(options)),
      hub_(client.loop()),
      slices_(client, kube::resources::kEndpointSlices, cache_options(options_, kSliceSelector)),
      metadata_(client, kWorkerMetadata, cache_options(options_, {})),
      tasks_(client.loop()),
      saved_(client.loop()) {
  slices_.on_change([this](const kube::Change&) { changed(); });
  metadata_.on_change([this](const kube::Change&) { changed(); });
}

net::Task<Result<void>> KubernetesDiscovery::publish(Record record) {
  if (auto checked = check_key(record); !checked) co_return std::unexpected(std::move(checked.error()));
  std::string key = key_of(record);
  own_.insert_or_assign(std::move(key), std::move(record));
  ++own_version_;
  auto outcome = co_await save();
  co_return outcome;
}

net::Task<Result<void>> KubernetesDiscovery::withdraw(std::string key) {
  if (own_.erase(key) == 0) co_return Result<void>{};
  ++own_version_;
  auto outcome = co_await save();
  co_return outcome;
}

std::unique_ptr<Discovery::Subscription> KubernetesDiscovery::watch(Listener listener) {
  if (!std::exchange(watching_, true)) {
    tasks_.spawn(slices_.run(tasks_.stop_token()));
    tasks_.spawn(metadata_.run(tasks_.stop_token()));
    tasks_.spawn(greet_when_synced());
  }
  return hub_.subscribe(std::move(listener));
}

net::Task<void> KubernetesDiscovery::close() {
  tasks_.request_stop();
  co_await tasks_.join();
  quiet_.reset();
}

/// The first snapshot is complete even when it is empty.
net::Task<void> KubernetesDiscovery::greet_when_synced() {
  const bool slices = co_await slices_.wait_synced(tasks_.stop_token());
  const bool metadata = co_await metadata_.wait_synced(tasks_.stop_token());
  if (slices && metadata) refresh();
}

/// Waits until what is wanted now has been written, by this call or by one under way.
net::Task<Result<void>> KubernetesDiscovery::save() {
  const std::uint64_t wanted = own_version_;
  while (saved_version_ < wanted) {
    if (saving_) {
      co_await saved_.wait(tasks_.stop_token());
      if (tasks_.stop_token().stop_requested()) co_return fail(Errc::cancelled, "discovery is closing");
      continue;
    }
    saving_ = true;
    saved_.reset();
    const std::uint64_t version = own_version_;
    const auto written = co_await write_own();
    saving_ = false;
    if (written) saved_version_ = version;
    saved_.set();
    if (!written) co_return context("worker metadata", written.error());
  }
  co_return Result<void>{};
}

net::Task<Result<void>> KubernetesDiscovery::write_own() {
  const kube::NamespacedName key{options_.pod_namespace, options_.pod_name};
  if (own_.empty()) {
    const auto removed = co_await client_.remove(kWorkerMetadata, key);
    const bool gone = removed || removed.error().code == Errc::not_found;
    if (!gone) co_return std::unexpected(removed.error());
    co_return Result<void>{};
  }
  kube::ApplyOptions options;
  options.field_manager = kFieldManager;
  options.force = true;
  const auto applied = co_await client_.apply(kWorkerMetadata, own_object(), options);
  if (!applied) co_return std::unexpected(applied.error());
  co_return Result<void>{};
}

kube::Object KubernetesDiscovery::own_object() const {
  kube::Object object = kube::make_object(kWorkerMetadata, {options_.pod_namespace, options_.pod_name});
  // Cannot be refused: the object is new here.
  (void)kube::set_owner(object, {.api_version = "v1",
                                 .kind = "Pod",
                                 .name = options_.pod_name,
                                 .uid = options_.pod_uid,
                                 .controller = true,
                                 .block_owner_deletion = false});
  object["spec"] = json::object{{"data", to_metadata(own_)}};
  return object;
}

void KubernetesDiscovery::changed() {
  if (!slices_.synced() || !metadata_.synced()) return;
  if (quiet_ && quiet_->armed()) {
    dirty_ = true;
    return;
  }
  refresh();
  if (!quiet_) quiet_.emplace(client_.loop(), [this] { quiet_time_over(); });
  quiet_->arm(client_.loop().now() + options_.debounce);
}

void KubernetesDiscovery::quiet_time_over() {
  if (std::exchange(dirty_, false)) changed();
}

void KubernetesDiscovery::refresh() {
  hub_.update(snapshot_from_kubernetes(slices_.list(), metadata_.list()));
}

}  // namespace dynamo::discovery
