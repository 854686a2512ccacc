#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "node/references.h"
#include "node/variables.h"

namespace dynamo::node {

/// One file that a volume shows.
struct VolumeFile {
  std::string path;  // below the volume's folder
  std::string content;
  unsigned mode = 0644;
  friend bool operator==(const VolumeFile&, const VolumeFile&) = default;
};

/// One volume of a pod, as a folder of the machine.
struct VolumePlan {
  enum class Kind : std::uint8_t {
    scratch,    // empty at the start, gone with the pod
    files,      // holds exactly `files`, gone with the pod
    claim,      // outlives the pod
    host_path,  // the user's own, not made by us
  };
  std::string name;
  Kind kind = Kind::scratch;
  std::string folder;
  std::vector<VolumeFile> files;
  friend bool operator==(const VolumePlan&, const VolumePlan&) = default;
};

struct VolumeFolders {
  std::string pod;     // scratch and files
  std::string claims;  // claims/NAMESPACE/NAME
};

/// What the projected service account volume holds.
struct ServiceAccountFiles {
  std::string token;
  std::string ca_pem;
};

/// All volumes of the pod, in its order.
/// Errors: not_found (object or key, unless optional), unsupported (kinds that one machine cannot give, by
/// name).
Result<std::vector<VolumePlan>> plan_volumes(const kube::Object& pod, const PodFacts& facts,
                                             const Sources& sources, const VolumeFolders& folders,
                                             const ServiceAccountFiles& account);

}  // namespace dynamo::node
