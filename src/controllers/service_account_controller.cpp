#include "controllers/service_account_controller.h"

#include "kube/base64.h"

namespace dynamo::controllers {
namespace {

constexpr std::string_view kTokenType = "kubernetes.io/service-account-token";
constexpr std::string_view kAccountAnnotation = "kubernetes.io/service-account.name";

}  // namespace

ServiceAccountController::ServiceAccountController(const Context& context, kube::Cache& namespaces,
                                                   kube::Cache& accounts)
    : context_(context),
      namespaces_(namespaces),
      accounts_(accounts),
      controller_(
          context.client.loop(),
          [this](kube::NamespacedName key, std::stop_token stop) {
            return reconcile(std::move(key), std::move(stop));
          },
          controller_options(context, "serviceaccount", 1)) {
  controller_.watch(namespaces_);
  controller_.watch_mapped(accounts_, [](const kube::Change& change) {
    return std::vector<kube::NamespacedName>{{"", std::string(kube::namespace_of(change.object()))}};
  });
}

net::Task<kube::Outcome> ServiceAccountController::reconcile(kube::NamespacedName key, std::stop_token stop) {
  const kube::ObjectPtr ns = namespaces_.get(key);
  const kube::NamespacedName account{key.name, "default"};
  if (!ns || kube::is_deleting(*ns) || accounts_.get(account)) co_return kube::Done{};
  const kube::CallOptions call{.stop = std::move(stop), .deadline = {}};
  const auto created = co_await context_.client.create(
      accounts_.resource(), kube::make_object(accounts_.resource(), account), {}, call);
  const bool there = created || created.error().code == Errc::already_exists;
  if (!there) co_return kube::Backoff{created.error()};
  co_return kube::Done{};
}

bool wants_token(const kube::Object& secret) {
  return json::string_at(secret, {"type"}) == kTokenType &&
         !kube::annotation(secret, kAccountAnnotation).empty() &&
         json::string_at(secret, {"data", "token"}).empty() && !kube::is_deleting(secret);
}

TokenController::TokenController(const Context& context, kube::Cache& secrets, kube::Cache& accounts)
    : context_(context),
      secrets_(secrets),
      accounts_(accounts),
      controller_(
          context.client.loop(),
          [this](kube::NamespacedName key, std::stop_token stop) {
            return reconcile(std::move(key), std::move(stop));
          },
          controller_options(context, "token", 1)) {
  controller_.watch(secrets_);
  controller_.watch_mapped(accounts_, [this](const kube::Change& change) {
    std::vector<kube::NamespacedName> waiting;
    for (const kube::ObjectPtr& secret : secrets_.list(kube::namespace_of(change.object()))) {
      if (wants_token(*secret)) waiting.push_back(kube::key_of(*secret));
    }
    return waiting;
  });
}

net::Task<kube::Outcome> TokenController::reconcile(kube::NamespacedName key, std::stop_token stop) {
  const kube::ObjectPtr secret = secrets_.get(key);
  if (!secret || !wants_token(*secret)) co_return kube::Done{};
  const kube::NamespacedName account{key.ns, std::string(kube::annotation(*secret, kAccountAnnotation))};
  if (!accounts_.get(account)) co_return kube::Done{};  // comes again with the account
  const kube::Resource request_kind{"authentication.k8s.io", "v1", "serviceaccounts", "TokenRequest", true};
  kube::Object request = kube::make_object(request_kind, account);
  request["spec"] = kube::Object{};
  kube::WriteOptions options;
  options.subresource = "token";
  const kube::CallOptions call{.stop = std::move(stop), .deadline = {}};
  const auto issued =
      co_await context_.client.create(accounts_.resource(), std::move(request), options, call);
  if (!issued) co_return kube::Backoff{issued.error()};
  kube::Object data{{"token", kube::encode_base64(json::string_at(*issued, {"status", "token"}))},
                    {"namespace", kube::encode_base64(key.ns)}};
  const json::value patch = kube::Object{{"data", std::move(data)}};
  const auto filled =
      co_await context_.client.patch(secrets_.resource(), key, kube::PatchKind::merge, patch, {}, call);
  if (!filled) co_return kube::Backoff{filled.error()};
  co_return kube::Done{};
}

}  // namespace dynamo::controllers
