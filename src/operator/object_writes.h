#pragma once

#include <optional>
#include <stop_token>

#include "kube/client.h"
#include "kube/controller.h"

/// The small writes that all reconcilers make to their own objects.
namespace dynamo::operators {

/// Our finalizer on one of our objects: put on before anything is made for it, and taken off when it is being
/// deleted (what it owns goes with it). Nothing when there is nothing to change: the reconciler goes on.
/// Otherwise the outcome of its call, for the change that was made calls it again.
net::Task<std::optional<kube::Outcome>> keep_finalizer(kube::Client& client, kube::Resource resource,
                                                       kube::ObjectPtr object, std::stop_token stop);

/// Applies the whole status, as ours; fields of others in it stay.
net::Task<Result<void>> apply_status(kube::Client& client, kube::Resource resource, kube::ObjectPtr object,
                                     json::object status, std::stop_token stop);

}  // namespace dynamo::operators
