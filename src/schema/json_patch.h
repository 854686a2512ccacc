#pragma once

#include "base/error.h"
#include "base/json.h"

namespace dynamo::schema {

/// Performs the operations of `patch` on `document` in order, by RFC 6902; `document` is unchanged on error.
/// Errors: invalid (not a list of operations, a path that does not exist, more than 10,000 operations),
/// conflict (a `test` that does not hold).
Result<void> apply_json_patch(json::value& document, const json::value& patch);

}  // namespace dynamo::schema
