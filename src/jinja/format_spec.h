#pragma once

#include <string>
#include <string_view>

#include "jinja/operations.h"

namespace dynamo::jinja {

/// Python's format(value, spec).
std::string format_value(Runtime& runtime, const Value& value, std::string_view spec);

}  // namespace dynamo::jinja
