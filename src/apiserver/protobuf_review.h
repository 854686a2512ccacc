#pragma once

#include <string_view>

#include "base/error.h"
#include "kube/object.h"

namespace dynamo::apiserver {

inline constexpr std::string_view kProtobufType = "application/vnd.kubernetes.protobuf";

/// Reads a SelfSubjectAccessReview or SelfSubjectReview from Kubernetes' protobuf encoding: for `auth can-i`
/// and `auth whoami` kubectl 1.32 sends nothing else. Errors: invalid, for any other message.
Result<kube::Object> decode_protobuf_review(std::string_view bytes);

}  // namespace dynamo::apiserver
