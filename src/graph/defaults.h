#pragma once

#include "graph/role.h"

namespace dynamo::graph {

/// What the main container of a role is when the user says nothing: command, ports, probes and the role's own
/// env. Source: the operator reference, "Ports and probes by type" and "Environment variables".
json::object default_container(Role role);

/// Port on which the component's Service answers, and its name; the container's port has the same.
struct NamedPort {
  std::string_view name;
  std::int32_t number;
};
NamedPort service_port(Role role);

}  // namespace dynamo::graph
