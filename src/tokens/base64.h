#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace dynamo::tokens {

/// Reads standard base64 with padding and without white space. Errors: invalid.
Result<std::string> decode_base64(std::string_view text);

}  // namespace dynamo::tokens
