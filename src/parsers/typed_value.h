#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace dynamo::parsers {

/// The JSON text of a value that a model wrote as plain text, with the type that the parameter's schema asks
/// for
/// (`type`, one or several, also inside `anyOf` and `oneOf`). Numbers keep the digits they were written with;
/// objects and lists may be JSON or Python. A value that is of no other allowed type is a string, as is
/// everything when `schema` is null or names no type.
std::string typed_value(std::string_view text, const json::value* schema);

}  // namespace dynamo::parsers
