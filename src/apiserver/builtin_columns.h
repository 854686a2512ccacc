#pragma once

#include <vector>

#include "apiserver/kind.h"

/// What `kubectl get` shows of built-in kinds, as a real API server prints it. NAME comes in front of all of
/// them.
namespace dynamo::apiserver {

std::vector<Column> namespace_columns();
std::vector<Column> node_columns();
std::vector<Column> pod_columns();
std::vector<Column> service_columns();
std::vector<Column> service_account_columns();
std::vector<Column> secret_columns();
std::vector<Column> config_map_columns();
std::vector<Column> claim_columns();
std::vector<Column> event_columns();
std::vector<Column> deployment_columns();
std::vector<Column> replica_set_columns();
std::vector<Column> endpoint_slice_columns();
std::vector<Column> ingress_columns();
std::vector<Column> lease_columns();
std::vector<Column> autoscaler_columns();
std::vector<Column> disruption_budget_columns();
std::vector<Column> role_columns();  // all that shows just its time of creation
std::vector<Column> role_binding_columns();

/// "5m" since `time`; "<unknown>" when it is not a time.
std::string age_cell(std::string_view time, WallTime now);
/// The AGE column.
Column age_column();

}  // namespace dynamo::apiserver
