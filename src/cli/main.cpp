#include "cli/commands.h"
#include "cli/hidden_commands.h"

int main(int argc, char** argv) {
  using namespace dynamo::cli;
  if (const auto code = run_hidden_command(argc, argv)) return *code;
  std::vector<Command> commands;
  commands.push_back(up_command());
  commands.push_back(down_command());
  commands.push_back(frontend_command());
  commands.push_back(worker_command());
  commands.push_back(operator_command());
  commands.push_back(apiserver_command());
  commands.push_back(crds_command());
  commands.push_back(render_command());
  commands.push_back(validate_command());
  commands.push_back(tokenize_command());
  commands.push_back(detokenize_command());
  commands.push_back(template_command());
  commands.push_back(parse_command());
  commands.push_back(get_command());
  commands.push_back(describe_command());
  commands.push_back(logs_command());
  commands.push_back(events_command());
  commands.push_back(apply_command());
  commands.push_back(delete_command());
  commands.push_back(scale_command());
  commands.push_back(kubeconfig_command());
  return run_command_line(std::move(commands), argc, argv);
}
