// libFuzzer: any text given as a kubeconfig ends in a configuration or an error.
#include "kube/kubeconfig.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using dynamo::Errc;
  using dynamo::fail;
  using dynamo::Result;
  namespace kube = dynamo::kube;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto file = kube::parse_kubeconfig(text, "/etc/kubeconfig");
  if (!file) return 0;
  const auto no_file = [](const std::string& path) -> Result<std::string> {
    return fail(Errc::not_found, path);
  };
  (void)kube::resolve_kubeconfig(*file, "", no_file);
  return 0;
}
