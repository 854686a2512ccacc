#pragma once

#include "base/json.h"

namespace dynamo::schema {

/// Changes `target` as `patch` says, by RFC 7386: members merge, null removes, everything else replaces.
void apply_merge_patch(json::value& target, const json::value& patch);

/// The smallest merge patch that makes `to` out of `from`; an empty object when they are equal.
/// A null inside `to` cannot be expressed and comes out as a removal.
json::value make_merge_patch(const json::value& from, const json::value& to);

}  // namespace dynamo::schema
