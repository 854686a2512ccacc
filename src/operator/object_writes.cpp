#include "operator/object_writes.h"

#include "api/constants.h"
#include "kube/owner.h"
#include "operator/resources.h"
#include "operator/watches.h"

namespace dynamo::operators {
namespace {

/// Finalizers and version only: whoever changed anything since makes this fail.
net::Task<Result<void>> patch_finalizers(kube::Client& client, kube::Resource resource, kube::Object changed,
                                         std::stop_token stop) {
  json::object metadata{{"resourceVersion", kube::resource_version_of(changed)},
                        {"finalizers", kube::array_at(changed, {"metadata", "finalizers"})}};
  json::object patch{{"metadata", std::move(metadata)}};
  kube::WriteOptions options;
  options.field_manager = kFieldManager;
  kube::CallOptions call{.stop = std::move(stop), .deadline = {}};
  const auto patched =
      co_await client.patch(std::move(resource), kube::key_of(changed), kube::PatchKind::merge,
                            std::move(patch), std::move(options), std::move(call));
  if (!patched && patched.error().code != Errc::not_found) co_return std::unexpected(patched.error());
  co_return Result<void>{};
}

}  // namespace

net::Task<std::optional<kube::Outcome>> keep_finalizer(kube::Client& client, kube::Resource resource,
                                                       kube::ObjectPtr object, std::stop_token stop) {
  const bool deleting = kube::is_deleting(*object);
  kube::Object changed = *object;
  const bool differs = deleting ? kube::remove_finalizer(changed, api::kFinalizer)
                                : kube::add_finalizer(changed, api::kFinalizer);
  if (!differs && deleting) co_return kube::Done{};
  if (!differs) co_return std::nullopt;
  const auto patched =
      co_await patch_finalizers(client, std::move(resource), std::move(changed), std::move(stop));
  co_return outcome_of(patched);
}

net::Task<Result<void>> apply_status(kube::Client& client, kube::Resource resource, kube::ObjectPtr object,
                                     json::object status, std::stop_token stop) {
  kube::Object wanted = kube::make_object(resource, kube::key_of(*object));
  kube::metadata(wanted)["uid"] = kube::uid_of(*object);
  wanted["status"] = std::move(status);
  kube::ApplyOptions options;
  options.field_manager = kFieldManager;
  options.force = true;
  options.subresource = "status";
  kube::CallOptions call{.stop = std::move(stop), .deadline = {}};
  const auto applied =
      co_await client.apply(std::move(resource), std::move(wanted), std::move(options), std::move(call));
  // Gone meanwhile, or another object of that name: nothing to say about this one any more.
  const bool outlived =
      !applied && (applied.error().code == Errc::not_found || applied.error().code == Errc::conflict);
  if (!applied && !outlived) co_return std::unexpected(applied.error());
  co_return Result<void>{};
}

}  // namespace dynamo::operators
