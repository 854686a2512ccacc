#include "controllers/claim_binder.h"

namespace dynamo::controllers {

kube::Object bound_claim_status(const kube::Object& claim) {
  kube::Object status{{"phase", "Bound"}, {"accessModes", kube::array_at(claim, {"spec", "accessModes"})}};
  const auto size = json::string_at(claim, {"spec", "resources", "requests", "storage"});
  if (!size.empty()) status["capacity"] = kube::Object{{"storage", size}};
  return status;
}

ClaimBinder::ClaimBinder(const Context& context, kube::Cache& claims)
    : context_(context),
      claims_(claims),
      controller_(
          context.client.loop(),
          [this](kube::NamespacedName key, std::stop_token stop) {
            return reconcile(std::move(key), std::move(stop));
          },
          controller_options(context, "claimbinder", 1)) {
  controller_.watch(claims_);
}

net::Task<kube::Outcome> ClaimBinder::reconcile(kube::NamespacedName key, std::stop_token stop) {
  const kube::ObjectPtr claim = claims_.get(key);
  if (!claim || kube::is_deleting(*claim)) co_return kube::Done{};
  if (json::string_at(*claim, {"spec", "volumeName"}).empty()) {
    const std::string volume = "local-" + std::string(kube::uid_of(*claim));
    const json::value patch = kube::Object{{"spec", kube::Object{{"volumeName", volume}}}};
    const kube::CallOptions call{.stop = stop, .deadline = {}};
    const auto named =
        co_await context_.client.patch(claims_.resource(), key, kube::PatchKind::merge, patch, {}, call);
    if (!named) co_return kube::Backoff{named.error()};
  }
  const auto bound =
      co_await write_status(context_.client, claims_.resource(), claim, bound_claim_status(*claim), stop);
  co_return outcome_of(bound);
}

}  // namespace dynamo::controllers
