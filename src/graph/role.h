#pragma once

#include <optional>
#include <string_view>

#include "api/component.h"
#include "base/error.h"
#include "base/json.h"

namespace dynamo::graph {

/// What a component type means for its pods.
enum class Role {
  frontend,  // serves HTTP on 8000
  worker,    // runs an engine, system server on 9090; also the types prefill and decode
  generic,   // anything else
};
Role role_of(std::string_view component_type) noexcept;

/// The engine whose Python module (`python3 -m dynamo.vllm`) the command line starts; nothing when there is
/// none, as with `dynamo.mocker`. Looks into shell scripts too. Errors: invalid, when it starts several.
Result<std::optional<api::BackendFramework>> detect_engine(const json::object& container);

/// The engine of a worker: the one written down, which must agree with the one started. Errors: invalid.
Result<std::optional<api::BackendFramework>> engine_of(std::optional<api::BackendFramework> written,
                                                       const json::object& container);

}  // namespace dynamo::graph
