#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// How the objects of a graph are called. Source: the operator reference, tables of derived names.
namespace dynamo::graph {

std::string lower(std::string_view text);

/// Name of everything that stands for one service: DynamoComponentDeployment, Deployment, Service, scaling
/// adapter.
std::string component_name(std::string_view graph, std::string_view service);

/// Identity of the graph's pods towards Kubernetes, and what it is allowed to do.
std::string discovery_account_name(std::string_view graph);
std::string discovery_role_name(std::string_view graph);
std::string discovery_binding_name(std::string_view graph);

/// First 8 hex digits of the SHA-256 of a base model's name.
std::string model_hash(std::string_view model);
std::string model_service_name(std::string_view model);

/// The registry of an image reference: "nvcr.io/nvidia/x:1" is at "nvcr.io", "busybox" at "docker.io".
std::string registry_of(std::string_view image);

}  // namespace dynamo::graph
