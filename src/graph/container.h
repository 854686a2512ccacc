#pragma once

#include "graph/component.h"

namespace dynamo::graph {

/// The container that runs the component, with the volumes that its mounts need.
struct MainContainer {
  json::object container;
  json::array volumes;
};

/// Errors: invalid, with the field.
Result<MainContainer> render_main_container(const Component& component);

}  // namespace dynamo::graph
