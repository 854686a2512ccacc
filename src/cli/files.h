#pragma once

#include <string>
#include <vector>

#include "base/error.h"

namespace dynamo::cli {

/// One input as the user named it.
struct InputFile {
  std::string name;  // "<stdin>" for "-"
  std::string text;
};

/// Reads what `-f` names: files, directories (their *.yaml, *.yml and *.json, in order of name, not deeper),
/// and "-" for standard input. Errors: not_found, forbidden, invalid (a directory without such files), io.
Result<std::vector<InputFile>> read_inputs(const std::vector<std::string>& names);

}  // namespace dynamo::cli
