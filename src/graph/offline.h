#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "graph/facts.h"

/// Rendering without a cluster: the very functions that the operator calls, with facts assumed.
namespace dynamo::graph {

struct OfflineOptions {
  std::string file = "<input>";  // as errors name it
  std::string ns = "default";    // of objects that name none
  Settings settings{};
};

/// Everything that the operator would make of the graphs and components in `text` (one or more YAML
/// documents): the components of each graph, and the workloads of each component, in order of making. Claims
/// that a graph does not make itself are taken to exist; no Grove, no pull secrets, no accounts of the
/// cluster. Errors: invalid or unsupported, one line per finding, "FILE:LINE:COLUMN: message" where the place
/// is known.
Result<std::vector<json::object>> render_offline(std::string_view text, const OfflineOptions& options);

/// The same as YAML documents, each behind a line `---`.
Result<std::string> render_documents(std::string_view text, const OfflineOptions& options);

}  // namespace dynamo::graph
