#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace dynamo::kube {

/// Standard base64 with padding, on one line, as Secrets hold their data.
std::string encode_base64(std::string_view bytes);
/// White space is skipped. Errors: invalid.
Result<std::string> decode_base64(std::string_view text);

}  // namespace dynamo::kube
