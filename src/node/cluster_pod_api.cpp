#include "node/cluster_pod_api.h"

namespace dynamo::node {
namespace {

constexpr std::chrono::hours kTokenLifetime{24 * 365 * 10};  // as long as any pod of a laptop lives

kube::WriteOptions status_of_node() { return {.field_manager = "dynamo-node", .subresource = "status"}; }

}  // namespace

net::Task<Result<Sources>> ClusterPodApi::sources(kube::ObjectPtr pod) {
  Sources out;
  References names = references_of(*pod);
  const std::string ns(kube::namespace_of(*pod));
  auto got =
      co_await collect(kube::resources::kConfigMaps, ns, std::move(names.config_maps), out.config_maps);
  if (got) got = co_await collect(kube::resources::kSecrets, ns, std::move(names.secrets), out.secrets);
  if (!got) co_return std::unexpected(std::move(got.error()));
  co_return std::move(out);
}

net::Task<Result<void>> ClusterPodApi::collect(kube::Resource resource, std::string ns,
                                               std::vector<std::string> names, Objects& into) {
  for (const std::string& name : names) {
    kube::NamespacedName key{ns, name};
    auto object = co_await client_.get(resource, std::move(key));
    if (object) into.emplace(name, std::move(*object));
    if (!object && object.error().code != Errc::not_found)
      co_return std::unexpected(std::move(object.error()));
  }
  co_return Result<void>{};
}

net::Task<Result<ServiceAccountFiles>> ClusterPodApi::account(kube::ObjectPtr pod) {
  const kube::NamespacedName key{
      std::string(kube::namespace_of(*pod)),
      std::string(json::string_at(*pod, {"spec", "serviceAccountName"}, "default"))};
  kube::ApiRequest request;
  request.method = "POST";
  request.path = kube::object_path(kube::resources::kServiceAccounts, key, "token");
  request.content_type = "application/json";
  request.what = fmt::format("getting a token of the service account {}", key.to_string());
  request.body = json::dump(json::object{
      {"apiVersion", "authentication.k8s.io/v1"},
      {"kind", "TokenRequest"},
      {"spec", json::object{{"expirationSeconds", std::chrono::seconds{kTokenLifetime}.count()}}}});
  const auto answer = co_await client_.send(std::move(request));
  if (!answer) co_return std::unexpected(answer.error());
  ServiceAccountFiles out{.token = std::string(json::string_at(*answer, {"status", "token"})),
                          .ca_pem = ca_pem_};
  if (out.token.empty()) co_return fail(Errc::internal, "the API server gave no token");
  co_return std::move(out);
}

net::Task<Result<kube::ObjectPtr>> ClusterPodApi::write_status(kube::ObjectPtr pod, kube::Object status) {
  json::value patch =
      json::object{{"metadata", json::object{{"uid", kube::uid_of(*pod)}}}, {"status", std::move(status)}};
  auto written = co_await client_.patch(kube::resources::kPods, kube::key_of(*pod), kube::PatchKind::merge,
                                        std::move(patch), status_of_node());
  if (!written) co_return std::unexpected(std::move(written.error()));
  co_return std::make_shared<const kube::Object>(std::move(*written));
}

net::Task<Result<void>> ClusterPodApi::annotate(kube::ObjectPtr pod, std::string key, std::string value) {
  json::value patch = json::object{{"metadata", json::object{{"annotations", json::object{{key, value}}}}}};
  kube::WriteOptions options{.field_manager = "dynamo-node"};
  const auto written = co_await client_.patch(kube::resources::kPods, kube::key_of(*pod),
                                              kube::PatchKind::merge, std::move(patch), std::move(options));
  if (!written) co_return std::unexpected(written.error());
  co_return Result<void>{};
}

net::Task<Result<void>> ClusterPodApi::remove(kube::ObjectPtr pod) {
  kube::DeleteOptions options{.uid = std::string(kube::uid_of(*pod)),
                              .grace_period = std::chrono::seconds{0}};
  const auto removed =
      co_await client_.remove(kube::resources::kPods, kube::key_of(*pod), std::move(options));
  const bool gone =
      !removed && (removed.error().code == Errc::not_found || removed.error().code == Errc::conflict);
  if (!removed && !gone) co_return std::unexpected(removed.error());
  co_return Result<void>{};
}

void ClusterPodApi::tell(const kube::Object& pod, std::string_view container, PlanNote note) {
  kube::EventSubject subject = kube::subject_of(pod);
  if (!container.empty()) subject.field_path = fmt::format("spec.containers{{{}}}", container);
  events_.record(std::move(subject),
                 {.type = note.warning ? kube::EventType::warning : kube::EventType::normal,
                  .reason = std::move(note.reason),
                  .message = std::move(note.message)});
}

}  // namespace dynamo::node
