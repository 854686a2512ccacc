#pragma once

#include "cli/command_line.h"

/// One function per subcommand, each in a file of its own name (`frontend_command.cpp`): wiring only.
namespace dynamo::cli {

Command crds_command();
Command frontend_command();
Command render_command();
Command validate_command();
Command worker_command();

}  // namespace dynamo::cli
