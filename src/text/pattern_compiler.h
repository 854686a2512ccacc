#pragma once

#include "base/error.h"

#include "text/pattern_program.h"
#include "text/pattern_tree.h"

namespace dynamo::text::pattern {

/// Errors: too_large (more instructions or sets than a pattern may have).
Result<Program> compile(Node pattern);

}  // namespace dynamo::text::pattern
