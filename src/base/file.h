#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>

#include "base/error.h"

namespace dynamo {

/// Beyond it something else was meant: a device without end, the weights of a model.
inline constexpr std::size_t kLargestFile = std::size_t{1} << 30;

/// The whole content of `path`. Errors: not_found, forbidden, io; too_large beyond `most` bytes; the message
/// begins with the path.
Result<std::string> read_file(const std::string& path, std::size_t most = kLargestFile);

/// Everything that is left to read of `descriptor`. Errors: io; too_large beyond `most` bytes; the message
/// begins with `name`.
Result<std::string> read_all(int descriptor, const std::string& name, std::size_t most = kLargestFile);

/// Replaces `path` by `text` so that a reader sees the old content or the new one, never a part, even after a
/// crash: written beside it, synced, renamed. `mode` is that of the new file. Errors: as system_error.
Result<void> write_file(const std::string& path, std::string_view text, mode_t mode = 0644);

}  // namespace dynamo
