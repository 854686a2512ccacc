#pragma once

#include <string>
#include <vector>

#include "kube/controller.h"
#include "operator/attempt.h"

/// What reconcilers have in common: which changes call them, and how they end.
namespace dynamo::operators {

/// Whether an object asks for something else than before: its spec, metadata or coming deletion, or a resync.
/// A change of its status alone, which is mostly our own doing, does not.
bool wishes_changed(const kube::Change& change);
/// Puts the key of every object whose wishes changed into the controller's queue.
void watch_wishes(kube::Controller& controller, kube::Cache& cache);

/// Whether a change of a pull secret or ServiceAccount may change what pods are made of; resyncs are left to
/// the components' own.
bool changes_pods(const kube::Change& change);

std::vector<kube::NamespacedName> keys_of(const std::vector<kube::ObjectPtr>& objects);

/// Done, or again later.
kube::Outcome outcome_of(const Result<void>& written);
/// The reason that an event of a failed attempt carries.
std::string event_reason(const Attempt& attempt);

}  // namespace dynamo::operators
