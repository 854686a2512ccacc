#include "controllers/claims.h"

#include "kube/owner.h"

namespace dynamo::controllers {
namespace {

/// Both identity and version are sent along, so that a stale decision is refused.
json::value owners_patch(const Object& object, const Object& changed) {
  Object meta{{"uid", kube::uid_of(object)}, {"resourceVersion", kube::resource_version_of(object)}};
  const json::array& owners = kube::array_at(changed, {"metadata", "ownerReferences"});
  if (owners.empty())
    meta["ownerReferences"] = nullptr;
  else
    meta["ownerReferences"] = owners;
  return Object{{"metadata", std::move(meta)}};
}

}  // namespace

Claims claim(const Object& owner, const kube::LabelSelector& selector,
             const std::vector<ObjectPtr>& candidates) {
  Claims claims;
  for (const ObjectPtr& object : candidates) {
    const bool selected = selector.matches(kube::labels_of(*object));
    const auto controller = kube::controller_of(*object);
    if (controller && controller->uid == kube::uid_of(owner)) {
      (selected ? claims.mine : claims.release).push_back(object);
    } else if (selected && !controller && !kube::is_deleting(owner) && !kube::is_deleting(*object)) {
      claims.adopt.push_back(object);
    }
  }
  return claims;
}

json::value adoption_patch(const Object& object, const Object& owner) {
  Object changed = object;
  // Cannot be refused: only objects that nobody controls are adopted.
  (void)kube::set_owner(changed, kube::controller_reference(owner));
  return owners_patch(object, changed);
}

json::value release_patch(const Object& object, const Object& owner) {
  Object changed = object;
  kube::remove_owner(changed, kube::uid_of(owner));
  return owners_patch(object, changed);
}

net::Task<Result<std::vector<ObjectPtr>>> carry_out(kube::Client& client, kube::Resource resource,
                                                    ObjectPtr owner, Claims claims, std::stop_token stop) {
  const kube::CallOptions call{.stop = std::move(stop), .deadline = {}};
  for (const ObjectPtr& object : claims.adopt) {
    json::value patch = adoption_patch(*object, *owner);
    auto adopted = co_await client.patch(resource, kube::key_of(*object), kube::PatchKind::merge,
                                         std::move(patch), {}, call);
    if (!adopted) co_return std::unexpected(std::move(adopted.error()));
    claims.mine.push_back(std::make_shared<const Object>(std::move(*adopted)));
  }
  for (const ObjectPtr& object : claims.release) {
    json::value patch = release_patch(*object, *owner);
    const auto released = co_await client.patch(resource, kube::key_of(*object), kube::PatchKind::merge,
                                                std::move(patch), {}, call);
    const bool gone = !released && released.error().code == Errc::not_found;
    if (!released && !gone) co_return std::unexpected(released.error());
  }
  co_return std::move(claims.mine);
}

}  // namespace dynamo::controllers
