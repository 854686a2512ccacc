#pragma once

#include "apiserver/authenticator.h"
#include "apiserver/call.h"
#include "apiserver/store.h"

/// Questions about access, answered and forgotten, and tokens of service accounts.
namespace dynamo::apiserver {

/// SelfSubjectAccessReview, SelfSubjectReview, TokenReview.
Outcome answer_review(const Store& store, const Authenticator& authenticator, const Call& call, WallTime now);

/// POST serviceaccounts/NAME/token.
Outcome issue_token(const Store& store, const Authenticator& authenticator, const Call& call);

}  // namespace dynamo::apiserver
