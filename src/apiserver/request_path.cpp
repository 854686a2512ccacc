#include "apiserver/request_path.h"

#include <vector>

namespace dynamo::apiserver {
namespace {

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const auto slash = std::min(path.find('/'), path.size());
    if (slash > 0) parts.emplace_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return parts;
}

}  // namespace

std::optional<RequestPath> RequestPath::parse(std::string_view path) {
  const auto parts = split(path);
  RequestPath out;
  std::size_t next = 0;
  const auto take = [&]() -> std::string { return next < parts.size() ? parts[next++] : std::string{}; };
  const std::string root = take();
  if (root == "apis") out.group = take();
  if ((root != "api" && root != "apis") || (root == "apis" && out.group.empty())) return std::nullopt;
  out.version = take();
  if (out.version.empty()) return std::nullopt;
  // /namespaces/NS/pods is about pods; /namespaces/NS and /namespaces/NS/status are about the namespace
  // itself.
  const bool scoped = parts.size() >= next + 3 && parts[next] == "namespaces" &&
                      parts[next + 2] != "status" && parts[next + 2] != "finalize";
  if (scoped) {
    out.ns = parts[next + 1];
    next += 2;
  }
  out.plural = take();
  out.name = take();
  out.subresource = take();
  if (next != parts.size()) return std::nullopt;
  return out;
}

}  // namespace dynamo::apiserver
