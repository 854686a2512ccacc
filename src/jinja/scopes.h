#pragma once

#include "jinja/ast.h"

namespace dynamo::jinja {

/// Decides, for every name of a parsed template, which variable it means, as Jinja's compiler does: a name
/// belongs to the innermost scope that assigns it anywhere, and is looked up in the context where no scope
/// does. Fills in the slots and scopes of the nodes. Throws Fault for what Jinja refuses at this point.
void analyze_scopes(Program& program);

}  // namespace dynamo::jinja
