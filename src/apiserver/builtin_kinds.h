#pragma once

#include <vector>

#include "apiserver/kind.h"

namespace dynamo::apiserver {

/// The kinds of Kubernetes itself that this server has: those that the platform makes or reads. One table:
/// names, subresources, defaults, columns.
const std::vector<KindPtr>& builtin_kinds();

}  // namespace dynamo::apiserver
