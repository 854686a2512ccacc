#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "apiserver/registry.h"

/// What clients ask first: which groups, versions and resources there are.
namespace dynamo::apiserver {

Object api_versions();                        // GET /api
Object api_groups(const Registry& registry);  // GET /apis
/// GET /apis/GROUP; nothing when there is no such group.
std::optional<Object> api_group(const Registry& registry, std::string_view group);
/// GET /api/v1 and /apis/GROUP/VERSION; nothing when there is no such version.
std::optional<Object> api_resources(const Registry& registry, std::string_view group,
                                    std::string_view version);
Object server_version();  // GET /version

/// Versions in the order of preference: v2 before v1 before v1beta1.
bool is_newer_version(std::string_view a, std::string_view b);

}  // namespace dynamo::apiserver
