#pragma once

#include <string>
#include <vector>

#include "base/error.h"

#include "up/manifests.h"

namespace dynamo::cli {

/// Reads one file, or standard input, which is named "-" and called "<stdin>". Errors: not_found, forbidden,
/// io.
Result<up::ManifestText> read_file_or_stdin(const std::string& name);

/// Reads what `-f` names: files, directories (their *.yaml, *.yml and *.json, in order of name, not deeper),
/// and "-" for standard input. Errors: not_found, forbidden, invalid (a directory
/// without such files), io.
Result<std::vector<up::ManifestText>> read_inputs(const std::vector<std::string>& names);

}  // namespace dynamo::cli
