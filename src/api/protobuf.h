#pragma once

#include <string_view>

#include "base/error.h"
#include "base/json.h"

namespace dynamo::api {

/// The media type of what `decode_protobuf` reads.
inline constexpr std::string_view kProtobufType = "application/vnd.kubernetes.protobuf";

/// Reads an object of a built-in kind from Kubernetes' protobuf encoding, in which kubectl since 1.32 sends
/// what it makes itself (`create namespace`, `auth can-i`). The object is as a JSON client would have sent
/// it: zeros of fields that cannot be absent in Go are left out, and so is what the kind has no field for.
/// Errors: invalid, when the bytes are not such a message; not_found, when the kind has no table of fields.
Result<json::object> decode_protobuf(std::string_view body);

}  // namespace dynamo::api
