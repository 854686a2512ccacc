#pragma once

#include "base/error.h"
#include "base/json.h"
#include "schema/schema.h"

namespace dynamo::schema {

/// Changes `target` as a strategic merge patch says: like a merge patch, but lists whose schema has
/// `x-kubernetes-patch-strategy: merge` are merged, by the member `x-kubernetes-patch-merge-key` or, for
/// lists of scalars, as sets. Directives: `$patch` (replace, delete, merge), `$retainKeys`,
/// `$setElementOrder/LIST`,
/// `$deleteFromPrimitiveList/LIST`.
/// Errors: invalid (unknown `$patch`, an item without its merge key). `target` is then half-changed: patch a
/// copy.
Result<void> apply_strategic_merge(json::value& target, const json::value& patch, const Schema& schema);

}  // namespace dynamo::schema
