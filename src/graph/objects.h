#pragma once

#include <map>
#include <string>
#include <string_view>

#include "api/meta.h"
#include "base/json.h"

/// The parts that all rendered objects share.
namespace dynamo::graph {

using StringMap = std::map<std::string, std::string>;

json::object to_json(const StringMap& map);
void set_unless_empty(StringMap& map, std::string_view key, std::string_view value);

/// Who made an object, so that it goes with its maker. Nothing to refer to without a uid: an offline
/// rendering.
struct Maker {
  std::string_view kind;
  const api::ObjectMeta& metadata;
};

struct NewObject {
  std::string_view api_version;
  std::string_view kind;
  std::string name;
  std::string ns;
  StringMap labels{};
  StringMap annotations{};
};

/// apiVersion, kind and metadata, with `maker` as its controller. Empty maps are left out.
json::object make_object(const NewObject& what, const Maker& maker);
/// The same for an object that belongs to nobody.
json::object make_object(const NewObject& what);

}  // namespace dynamo::graph
