#include "controllers/namespace_controller.h"

namespace dynamo::controllers {
namespace {

constexpr Duration kLookAgain = std::chrono::milliseconds{500};

}  // namespace

NamespaceController::NamespaceController(const Context& context, kube::Cache& namespaces,
                                         std::vector<kube::Resource> contents)
    : context_(context),
      namespaces_(namespaces),
      contents_(std::move(contents)),
      controller_(
          context.client.loop(),
          [this](kube::NamespacedName key, std::stop_token stop) {
            return reconcile(std::move(key), std::move(stop));
          },
          controller_options(context, "namespace", 2)) {
  controller_.watch(namespaces_);
}

net::Task<kube::Outcome> NamespaceController::reconcile(kube::NamespacedName key, std::stop_token stop) {
  const kube::ObjectPtr ns = namespaces_.get(key);
  const bool going = ns && kube::is_deleting(*ns) && !kube::array_at(*ns, {"spec", "finalizers"}).empty();
  if (!going) co_return kube::Done{};
  std::size_t left = 0;
  for (const kube::Resource& resource : contents_) {
    const auto remaining = co_await empty(resource, key.name, stop);
    if (!remaining) co_return kube::Backoff{remaining.error()};
    left += *remaining;
  }
  if (left > 0) co_return kube::RetryAfter{kLookAgain};
  kube::Object meta{{"uid", kube::uid_of(*ns)}, {"resourceVersion", kube::resource_version_of(*ns)}};
  const json::value patch =
      kube::Object{{"metadata", std::move(meta)}, {"spec", kube::Object{{"finalizers", json::array{}}}}};
  const kube::CallOptions call{.stop = stop, .deadline = {}};
  const auto freed =
      co_await context_.client.patch(namespaces_.resource(), key, kube::PatchKind::merge, patch, {}, call);
  const bool gone = freed || freed.error().code == Errc::not_found;
  if (!gone) co_return kube::Backoff{freed.error()};
  co_return kube::Done{};
}

net::Task<Result<std::size_t>> NamespaceController::empty(kube::Resource resource, std::string ns,
                                                          std::stop_token stop) {
  const kube::CallOptions call{.stop = std::move(stop), .deadline = {}};
  const auto listed = co_await context_.client.list_all(resource, ns, {}, call);
  if (!listed && listed.error().code == Errc::not_found) co_return std::size_t{0};  // a kind that has gone
  if (!listed) co_return std::unexpected(listed.error());
  for (const kube::Object& object : listed->items) {
    if (kube::is_deleting(object)) continue;
    const auto removed = co_await context_.client.remove(resource, kube::key_of(object), {}, call);
    const bool gone = removed || removed.error().code == Errc::not_found;
    if (!gone) co_return std::unexpected(removed.error());
  }
  co_return listed->items.size();
}

}  // namespace dynamo::controllers
