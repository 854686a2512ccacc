#pragma once

#include <optional>
#include <string_view>

#include "apiserver/kind.h"
#include "base/error.h"

namespace dynamo::apiserver {

enum class PatchType { merge, json, strategic, apply };

/// By Content-Type, parameters ignored.
std::optional<PatchType> patch_type_of(std::string_view content_type);
/// What a kind accepts, as a 415 lists it.
std::string_view accepted_patches(const Kind& kind);

/// `live` changed by a patch of any type but apply. Errors: bad request, unsupported media type (strategic
/// merge of custom kinds), invalid (a JSON patch that does not fit).
Result<Object> patched(const Kind& kind, PatchType type, const Object& live, const json::value& patch);

/// The autoscaling/v1 Scale of an object whose kind has one.
Object scale_of(const Kind& kind, const Object& object);
/// `object` with the replicas that `scale` asks for. Errors: bad request, invalid.
Result<Object> with_scale(const Kind& kind, Object object, const Object& scale);

}  // namespace dynamo::apiserver
