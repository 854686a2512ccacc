#include "api/crd.h"
#include "cli/commands.h"

namespace dynamo::cli {

Command crds_command() {
  return {.name = "crds",
          .help = "Print the CustomResourceDefinitions",
          .details = "Install them with: dynamo crds | kubectl apply --server-side -f -",
          .declare = [](FlagSet&) {},
          .run = []() -> Result<int> {
            fmt::print("{}", api::crds_yaml());
            return 0;
          },
          .group = "Offline"};
}

}  // namespace dynamo::cli
