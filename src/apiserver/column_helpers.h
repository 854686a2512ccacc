#pragma once

#include <string>
#include <string_view>

#include "apiserver/kind.h"

namespace dynamo::apiserver {

using Path = std::vector<std::string_view>;

inline const json::value* at(const Object& object, const Path& path) {
  const json::object* here = &object;
  const json::value* found = nullptr;
  for (const auto key : path) {
    found = here == nullptr ? nullptr : here->if_contains(key);
    if (found == nullptr) return nullptr;
    here = found->if_object();
  }
  return found;
}

inline constexpr std::string_view kNone = "<none>";
inline constexpr int kWide = 1;

inline Column column(std::string name, std::string type, int priority,
                     std::function<json::value(const Object&, WallTime)> cell) {
  return Column{
      .name = std::move(name), .type = std::move(type), .priority = priority, .cell = std::move(cell)};
}

/// Shows the string or number at `path`, or `absent`.
inline Column field_column(std::string name, Path path, json::value absent = json::value(kNone),
                           int priority = 0) {
  const std::string type = absent.is_int64() ? "integer" : "string";
  return column(
      std::move(name), type, priority, [path = std::move(path), absent](const Object& object, WallTime) {
        const json::value* found = at(object, path);
        return found == nullptr || found->is_null() || (found->is_string() && found->get_string().empty())
                   ? absent
                   : *found;
      });
}

/// Joins with commas; "<none>" when there is nothing.
inline std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : ",") + part;
  return out.empty() ? std::string(kNone) : out;
}

/// "app=web,tier=x" of a map.
inline std::string joined_map(const Object& map) {
  std::vector<std::string> parts;
  for (const auto& entry : map) {
    const json::string* text = entry.value().if_string();
    parts.push_back(
        fmt::format("{}={}", std::string_view(entry.key()), text == nullptr ? "" : kube::view(*text)));
  }
  return joined(parts);
}

}  // namespace dynamo::apiserver
