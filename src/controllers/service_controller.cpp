#include "controllers/service_controller.h"

#include "controllers/endpoint_plan.h"
#include "kube/owner.h"
#include "kube/selector.h"

namespace dynamo::controllers {

ServiceController::ServiceController(const Context& context, kube::Cache& services, kube::Cache& pods,
                                     kube::Cache& slices)
    : services_(services),
      pods_(pods),
      applier_(context.client, std::string(kManager)),
      controller_(
          context.client.loop(),
          [this](kube::NamespacedName key, std::stop_token stop) {
            return reconcile(std::move(key), std::move(stop));
          },
          controller_options(context, "service")) {
  applier_.use(slices);
  controller_.watch(services_);
  controller_.watch_owned(slices, "Service");
  // A pod concerns the services that select it, or did so before its labels changed.
  controller_.watch_mapped(pods_, [this](const kube::Change& change) {
    std::vector<kube::NamespacedName> keys;
    for (const ObjectPtr& service : services_.list(kube::namespace_of(change.object()))) {
      const Object& wanted = kube::object_at(*service, {"spec", "selector"});
      if (wanted.empty()) continue;
      const auto selector = kube::LabelSelector::from_map(wanted);
      const bool concerned = (change.before && selector.matches(kube::labels_of(*change.before))) ||
                             (change.after && selector.matches(kube::labels_of(*change.after)));
      if (concerned) keys.push_back(kube::key_of(*service));
    }
    return keys;
  });
}

net::Task<kube::Outcome> ServiceController::reconcile(kube::NamespacedName key, std::stop_token stop) {
  const ObjectPtr service = services_.get(key);
  if (!service || kube::is_deleting(*service)) co_return kube::Done{};
  std::vector<kube::Desired> desired;
  for (Object& slice : plan_endpoint_slices(*service, pods_.list(key.ns))) {
    desired.push_back({kube::resources::kEndpointSlices, std::move(slice)});
  }
  kube::ApplyRules rules;
  rules.owner_uid = kube::uid_of(*service);
  const auto applied = co_await applier_.apply(std::move(desired), std::move(rules), stop);
  if (!applied) co_return kube::Backoff{applied.error()};
  co_return kube::Done{};
}

}  // namespace dynamo::controllers
