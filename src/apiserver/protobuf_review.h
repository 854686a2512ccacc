#pragma once

#include <string_view>

#include "base/error.h"
#include "kube/object.h"

namespace dynamo::apiserver {

inline constexpr std::string_view kProtobufType = "application/vnd.kubernetes.protobuf";

/// Reads a SelfSubjectAccessReview from Kubernetes' protobuf encoding, the one body for which kubectl 1.32
/// (`auth can-i`) sends nothing else. Errors: invalid, for any other message.
Result<kube::Object> decode_protobuf_review(std::string_view bytes);

}  // namespace dynamo::apiserver
