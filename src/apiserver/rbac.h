#pragma once

#include <string>

#include "apiserver/call.h"
#include "apiserver/store.h"

namespace dynamo::apiserver {

/// What somebody wants to do.
struct AccessRequest {
  std::string verb;  // get, list, watch, create, update, patch, delete, deletecollection
  std::string group;
  std::string resource;
  std::string subresource{};
  std::string ns{};
  std::string name{};
};

/// Whether roles bound to the user allow it, as Kubernetes' RBAC decides: rules only ever add; system:masters
/// may do everything, everybody may ask about himself.
bool is_allowed(const Store& store, const User& user, const AccessRequest& wanted);

/// `User "x" cannot list resource "pods" in API group "" in the namespace "ns"`
std::string refusal_text(const User& user, const AccessRequest& wanted);

}  // namespace dynamo::apiserver
