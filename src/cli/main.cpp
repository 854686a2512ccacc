#include "cli/commands.h"

int main(int argc, char** argv) {
  using namespace dynamo::cli;
  std::vector<Command> commands;
  commands.push_back(frontend_command());
  commands.push_back(worker_command());
  commands.push_back(crds_command());
  commands.push_back(render_command());
  commands.push_back(validate_command());
  return run_command_line(std::move(commands), argc, argv);
}
