#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "kube/api_resources.h"
#include "kube/client.h"
#include "node/engines.h"

/// Files with objects, and how they get to the API server.
namespace dynamo::up {

struct ManifestText {
  std::string name;  // as errors name it
  std::string text;
};

/// The objects of all documents, members of a List one by one, with a namespace where they have none and need
/// one. Errors: invalid, one line per finding: "FILE:LINE:COLUMN: message".
Result<std::vector<kube::Object>> read_manifests(std::span<const ManifestText> texts);

/// The worker modules that these objects start whose engines are not in `installed`, with the object that
/// names them: "DynamoGraphDeployment agg: vllm".
std::vector<std::string> missing_engines(std::span<const kube::Object> objects,
                                         const std::set<std::string, std::less<>>& installed);

/// What applying an object did, as kubectl says it.
struct Applied {
  std::string name;     // "dynamographdeployment.nvidia.com/agg"
  std::string outcome;  // "created", "configured", "unchanged"
};

/// "dynamographdeployment.nvidia.com/agg", as kubectl names objects in what it says.
std::string display_name(const kube::Resource& resource, std::string_view name);

struct ApplyTo {
  kube::Client& client;
  std::span<const kube::ApiResource> served;
  std::string ns;      // for objects that name no namespace
  bool force = false;  // take fields over from others
};

/// Brings the object to the server with server-side apply. Errors: not_found (unknown kind), invalid,
/// conflict, or as the server says.
net::Task<Result<Applied>> apply_manifest(ApplyTo target, kube::Object object);

}  // namespace dynamo::up
