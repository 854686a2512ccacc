#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dynamo::apiserver {

/// What the path of a request for objects says: /api/v1/namespaces/NS/pods/NAME/log and the like.
struct RequestPath {
  std::string group;
  std::string version;
  std::string ns;      // empty: cluster-wide kind, or all namespaces
  std::string plural;  // empty: the list of resources of the version
  std::string name;    // empty: the collection
  std::string subresource;
  friend bool operator==(const RequestPath&, const RequestPath&) = default;

  /// Nothing when the path is not under /api/VERSION or /apis/GROUP/VERSION.
  static std::optional<RequestPath> parse(std::string_view path);
};

}  // namespace dynamo::apiserver
