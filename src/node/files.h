#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

/// The few things that the node does with files. Errors: as the system says them, with the path.
namespace dynamo::node {

/// `folder` and all above it, mode 0700 where they are made.
Result<void> make_folders(const std::string& folder);
/// With all that is in it, not following links. A path that is not there is no error.
Result<void> remove_all(const std::string& path);
bool exists(const std::string& path);

}  // namespace dynamo::node
