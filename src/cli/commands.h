#pragma once

#include "cli/command_line.h"

/// One function per subcommand, each in a file of its own name (`frontend_command.cpp`): wiring only.
namespace dynamo::cli {

Command apiserver_command();
Command apply_command();
Command crds_command();
Command delete_command();
Command describe_command();
Command detokenize_command();
Command down_command();
Command events_command();
Command frontend_command();
Command get_command();
Command kubeconfig_command();
Command logs_command();
Command operator_command();
Command parse_command();
Command render_command();
Command scale_command();
Command template_command();
Command tokenize_command();
Command up_command();
Command validate_command();
Command worker_command();

}  // namespace dynamo::cli
