#include "apiserver/kind.h"

#include <algorithm>

namespace dynamo::apiserver {

bool Kind::has(std::string_view subresource) const {
  return std::find(subresources.begin(), subresources.end(), subresource) != subresources.end();
}

std::vector<std::string> Kind::verbs() const {
  if (created_only) return {"create"};
  return {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"};
}

std::string Kind::singular_name() const {
  if (!singular.empty()) return singular;
  std::string lower = resource.kind;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

}  // namespace dynamo::apiserver
