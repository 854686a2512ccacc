#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "kube/object.h"
#include "net/stream.h"

/// What people see of a running platform. Pure.
namespace dynamo::up {

/// One word for how a pod is, as kubectl prints it: "Running", "CrashLoopBackOff", "Terminating", "Init:0/1",
/// …
std::string pod_state(const kube::Object& pod);
bool is_ready(const kube::Object& pod);

/// The graph that a pod belongs to.
kube::NamespacedName graph_of(const kube::Object& pod);
/// Where the ready frontends of a graph listen: address and the port that is called "http".
std::vector<net::Endpoint> frontends_of(const kube::NamespacedName& graph,
                                        std::span<const kube::ObjectPtr> pods);

/// Under which URL each graph can be reached.
using PublishedUrls = std::map<kube::NamespacedName, std::string>;

/// Tables of graphs and pods.
std::string overview(std::span<const kube::ObjectPtr> graphs, std::span<const kube::ObjectPtr> pods,
                     const PublishedUrls& urls, WallTime now);

/// One line about a graph or a pod that says all that is worth telling when it changes.
std::string graph_line(const kube::Object& graph, const PublishedUrls& urls);
std::string pod_line(const kube::Object& pod);

/// "successful": everything that the graph wants is ready.
std::string graph_state(const kube::Object& graph);

}  // namespace dynamo::up
