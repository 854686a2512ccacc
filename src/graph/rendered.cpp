#include "graph/rendered.h"

#include <fmt/format.h>

namespace dynamo::graph {

std::string object_title(const json::object& object) {
  return fmt::format("{} {}/{}", json::string_at(object, {"kind"}),
                     json::string_at(object, {"metadata", "namespace"}),
                     json::string_at(object, {"metadata", "name"}));
}

json::object without_replicas(json::object object) {
  if (auto* spec = object.if_contains("spec"); spec && spec->is_object())
    spec->get_object().erase("replicas");
  return object;
}

}  // namespace dynamo::graph
