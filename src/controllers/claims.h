#pragma once

#include <stop_token>
#include <vector>

#include "kube/client.h"
#include "kube/object.h"
#include "kube/selector.h"

namespace dynamo::controllers {

using kube::Object;
using kube::ObjectPtr;

/// Which of the candidates belong to an owner.
struct Claims {
  std::vector<ObjectPtr> mine;     // controlled by the owner and selected
  std::vector<ObjectPtr> adopt;    // selected, and nobody controls them
  std::vector<ObjectPtr> release;  // controlled by the owner, but no longer selected
};

/// Pure. An owner that is being deleted adopts nothing; neither is an object adopted that is being deleted.
Claims claim(const Object& owner, const kube::LabelSelector& selector,
             const std::vector<ObjectPtr>& candidates);

/// Merge patches for the two kinds of change; they fail when the object has changed meanwhile.
json::value adoption_patch(const Object& object, const Object& owner);
json::value release_patch(const Object& object, const Object& owner);

/// Makes the server agree with `claims`, and gives what the owner has then. Errors: as the server says; what
/// was released and is gone already is no error.
net::Task<Result<std::vector<ObjectPtr>>> carry_out(kube::Client& client, kube::Resource resource,
                                                    ObjectPtr owner, Claims claims, std::stop_token stop);

}  // namespace dynamo::controllers
