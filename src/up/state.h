#pragma once

#include <filesystem>
#include <string>

#include "base/environment.h"
#include "base/error.h"

namespace dynamo::up {

/// Where a local platform keeps what must outlive it: $XDG_STATE_HOME/dynamo/NAME, by default
/// ~/.local/state/dynamo/NAME.
struct StateDir {
  std::filesystem::path root;

  std::filesystem::path kubeconfig() const { return root / "kubeconfig"; }  // of the administrator, mode 0600
  std::filesystem::path apiserver() const { return root / "apiserver"; }
  std::filesystem::path node() const { return root / "node"; }  // pods, logs, claims
  std::filesystem::path status() const {
    return root / "status.json";
  }  // of the running platform, see status.h
  std::filesystem::path log() const { return root / "up.log"; }  // of a detached platform
  std::filesystem::path lock() const { return root / "lock"; }   // held, with the pid in it, while up
};

/// `name` as given with --name. Errors: invalid (not a DNS label; neither XDG_STATE_HOME nor HOME is set).
Result<StateDir> state_dir(const std::string& name, const Environment& env);

}  // namespace dynamo::up
