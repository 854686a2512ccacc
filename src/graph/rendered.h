#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace dynamo::graph {

/// How an object that we want is brought to the server and kept there.
enum class WriteRule {
  keep,            // every field as rendered, always
  keep_but_scale,  // made with spec.replicas, which is its users' from then on; all else as rendered
  create_only,     // made when there is none, whatever the one that is there looks like
};

struct Rendered {
  json::object object;
  WriteRule rule = WriteRule::keep;
};

/// "Deployment default/agg-frontend", as messages name an object.
std::string object_title(const json::object& object);

/// The fields of a `keep_but_scale` object that are kept as rendered: all but spec.replicas.
json::object without_replicas(json::object object);

}  // namespace dynamo::graph
