#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "kube/object.h"
#include "kube/resource.h"
#include "kube/selector.h"

/// What has to be written so that the server has what we want. Pure; `dynamo plan` and the operator both ask
/// here.
namespace dynamo::kube {

/// An object with exactly the fields that we own.
struct Desired {
  Resource resource;
  Object object;
};

enum class ApplyAction : std::uint8_t {
  unchanged,  // the server has it all: no request
  create,     // it is not there
  update,     // it is there, and differs
  prune,      // it is ours, and no longer wanted
  blocked,    // cannot be written now: it is being deleted, or another controller has it
};
std::string_view to_string(ApplyAction action) noexcept;

struct ApplyStep {
  ApplyAction action = ApplyAction::unchanged;
  Desired desired;  // prune: the object as it is there
  std::string why;  // the field that differs, or what blocks
};

struct ApplyRules {
  std::string owner_uid;    // who controls the desired objects; empty = nobody: nothing is pruned
  LabelSelector inventory;  // which of the owner's objects may be pruned
  std::string hash_annotation = "nvidia.com/last-applied-hash";  // empty = not written
};

using FindObject = std::function<ObjectPtr(const Resource&, const NamespacedName&)>;
struct Owned {
  Resource resource;
  ObjectPtr object;
};

/// Steps in the order of `desired`, then the objects to prune. The hash annotation, put into each object,
/// notices fields that we wanted once and no longer do.
std::vector<ApplyStep> plan_apply(std::vector<Desired> desired, const FindObject& find,
                                  const std::vector<Owned>& owned, const ApplyRules& rules);

}  // namespace dynamo::kube
