#pragma once

#include "kube/object.h"

namespace dynamo::kube {

/// The smallest merge patch (RFC 7386) that turns `from` into `to`: empty when they are equal. Arrays are
/// replaced whole; members that are missing in `to` become null.
Object merge_diff(const Object& from, const Object& to);

}  // namespace dynamo::kube
