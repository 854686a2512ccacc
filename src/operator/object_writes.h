#pragma once

#include <stop_token>

#include "kube/client.h"

/// The small writes that all reconcilers make to their own objects.
namespace dynamo::operators {

/// Puts our finalizer on the object, or takes it off; nothing when that is so already. Errors: conflict, when
/// the object has changed since: its change calls us again.
net::Task<Result<void>> add_finalizer(kube::Client& client, kube::Resource resource, kube::ObjectPtr object,
                                      std::stop_token stop);
net::Task<Result<void>> remove_finalizer(kube::Client& client, kube::Resource resource,
                                         kube::ObjectPtr object, std::stop_token stop);

/// Applies the whole status, as ours; fields of others in it stay.
net::Task<Result<void>> apply_status(kube::Client& client, kube::Resource resource, kube::ObjectPtr object,
                                     json::object status, std::stop_token stop);

}  // namespace dynamo::operators
