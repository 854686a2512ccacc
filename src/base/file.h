#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>

#include "base/error.h"

namespace dynamo {

/// The whole content of `path`. Errors: not_found, forbidden, io; the message begins with the path.
Result<std::string> read_file(const std::string& path);

/// Everything that is left to read of `descriptor`. Errors: io; the message begins with `name`.
Result<std::string> read_all(int descriptor, const std::string& name);

/// Replaces `path` by `text` so that a reader sees the old content or the new one, never a part, even after a
/// crash: written beside it, synced, renamed. `mode` is that of the new file. Errors: as system_error.
Result<void> write_file(const std::string& path, std::string_view text, mode_t mode = 0644);

}  // namespace dynamo
