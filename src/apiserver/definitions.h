#pragma once

#include <vector>

#include "apiserver/kind.h"
#include "base/clock.h"

/// CustomResourceDefinitions: what they define, and what their status says.
namespace dynamo::apiserver {

/// One kind for each served version of a CustomResourceDefinition that was checked before
/// (`check_definition`).
std::vector<KindPtr> kinds_of_definition(const Object& definition);

/// Holds a definition until the objects of its kind are gone.
inline constexpr std::string_view kDefinitionCleanup = "customresourcecleanup.apiextensions.k8s.io";

/// Gives `definition` the finalizer above and the `status` that a real server writes once the names are
/// accepted: conditions NamesAccepted and Established, acceptedNames, storedVersions. Running it twice
/// changes nothing.
void establish(Object& definition, WallTime now);

}  // namespace dynamo::apiserver
