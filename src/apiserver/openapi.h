#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "apiserver/registry.h"

/// What `kubectl explain`, client-side validation and strategic patches of kubectl read.
namespace dynamo::apiserver {

/// GET /openapi/v2: definitions and paths of every kind served.
Object openapi_v2(const Registry& registry);

/// GET /openapi/v3: where the documents of the groups are.
Object openapi_v3_index(const Registry& registry);
/// GET /openapi/v3/apis/GROUP/VERSION; nothing when there is no such version.
std::optional<Object> openapi_v3(const Registry& registry, std::string_view group, std::string_view version);

/// An OpenAPI v2 document as the protobuf message `openapi.v2.Document` of gnostic, which kubectl before 1.27
/// wants.
std::string encode_openapi_v2(const Object& document);

}  // namespace dynamo::apiserver
