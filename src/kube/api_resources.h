#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kube/client.h"

/// Which kinds a server serves, and how people call them.
namespace dynamo::kube {

struct ApiResource {
  Resource resource;
  std::string singular;
  std::vector<std::string> short_names;
  std::vector<std::string> categories;
  std::vector<std::string> verbs;
  friend bool operator==(const ApiResource&, const ApiResource&) = default;
};

/// Reads an APIResourceList; subresources are left out. Pure.
std::vector<ApiResource> parse_api_resources(const json::value& list);

/// Asks the server for all it serves, each group in its preferred version.
net::Task<Result<std::vector<ApiResource>>> discover(Client& client);

/// What `name` means: a plural, singular, short name or kind, in any case, also with its group behind a dot
/// ("deployments.apps"). Core kinds win over others of that name. Errors: not_found, which names what is
/// close.
Result<Resource> find_by_name(std::span<const ApiResource> served, std::string_view name);

/// The resource of an object by its `apiVersion` and `kind`. Errors: not_found.
Result<Resource> find_by_kind(std::span<const ApiResource> served, std::string_view api_version,
                              std::string_view kind);

}  // namespace dynamo::kube
