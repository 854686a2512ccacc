#include "node/python.h"

#include <array>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "node/engines.h"
#include "node/files.h"
#include "process/spawn.h"

namespace dynamo::node {
namespace {

constexpr std::string_view kModulePrefix = "dynamo.";

bool ends_a_word(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == ';' || c == '&' || c == '|' || c == '"' || c == '\'';
}

/// Every word after a "-m" in `text`, which may be a whole script.
void collect_modules(std::string_view text, std::set<std::string>& out) {
  for (auto at = text.find("-m"); at != std::string_view::npos; at = text.find("-m", at + 2)) {
    const bool starts_a_word = at == 0 || ends_a_word(text[at - 1]);
    auto start = text.find_first_not_of(" \t", at + 2);
    if (!starts_a_word || start == std::string_view::npos) continue;
    auto end = start;
    while (end < text.size() && !ends_a_word(text[end])) ++end;
    const std::string_view module = text.substr(start, end - start);
    if (module.starts_with(kModulePrefix)) out.emplace(module);
  }
}

/// Options of python itself that take the next argument as their value.
bool takes_value(std::string_view option) {
  return option == "-X" || option == "-W" || option == "--check-hash-based-pycs";
}

/// The position of the module's name, when these arguments run one.
std::optional<std::size_t> find_module(std::span<const std::string> arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "-m") return i + 1 < arguments.size() ? std::optional(i + 1) : std::nullopt;
    if (!argument.starts_with('-') || argument == "-c" || argument == "-") return std::nullopt;
    if (takes_value(argument)) ++i;
  }
  return std::nullopt;
}

/// The engine's own server behind a worker, as `dynamo worker --engine-command` takes it.
std::optional<std::string_view> server_command(std::string_view engine) {
  struct Row {
    std::string_view engine;
    std::string_view command;
  };
  static constexpr std::array kServers{
      Row{"vllm", "vllm serve {path} --served-model-name {model} --host {host} --port {port}"},
      Row{"sglang",
          "sglang serve --model-path {path} --served-model-name {model} --host {host} --port {port}"},
      Row{"trtllm", "trtllm-serve {path} --host {host} --port {port}"}};
  for (const Row& row : kServers) {
    if (row.engine == engine) return row.command;
  }
  return std::nullopt;
}

enum class FlagKind : std::uint8_t { engines, switch_of_worker, value_of_worker };

/// Flags that say what a worker is to the graph; all others are settings of its engine.
FlagKind kind_of(std::string_view name) {
  static constexpr std::array kSwitches{std::string_view("--is-prefill-worker"),
                                        std::string_view("--is-decode-worker"),
                                        std::string_view("--durable-kv-events")};
  static constexpr std::array kValues{std::string_view("--model"),
                                      std::string_view("--model-path"),
                                      std::string_view("--served-model-name"),
                                      std::string_view("--model-name"),
                                      std::string_view("--endpoint-types"),
                                      std::string_view("--dyn-tool-call-parser"),
                                      std::string_view("--dyn-reasoning-parser"),
                                      std::string_view("--migration-limit"),
                                      std::string_view("--namespace"),
                                      std::string_view("--endpoint"),
                                      std::string_view("--discovery-backend"),
                                      std::string_view("--request-plane"),
                                      std::string_view("--event-plane"),
                                      std::string_view("--connector"),
                                      std::string_view("--system-port"),
                                      std::string_view("--system-host"),
                                      std::string_view("--advertise-host"),
                                      std::string_view("--engine-idle-timeout"),
                                      std::string_view("--custom-jinja-template")};
  if (std::ranges::find(kSwitches, name) != kSwitches.end()) return FlagKind::switch_of_worker;
  if (std::ranges::find(kValues, name) != kValues.end()) return FlagKind::value_of_worker;
  return FlagKind::engines;
}

/// One word for a shell, and for those who split commands as it does.
std::string quoted(std::string_view word) {
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out += '\'';
}

/// The engine's settings become a part of its command: a worker has flags of the same names, which set up the
/// mock engine.
std::vector<std::string> supervising_arguments(std::string_view server, std::span<const std::string> flags) {
  std::string command(server);
  std::vector<std::string> own;
  for (std::size_t i = 0; i < flags.size(); ++i) {
    const std::string_view flag = flags[i];
    const auto equals = flag.find('=');
    const FlagKind kind = kind_of(flag.substr(0, equals));
    if (kind == FlagKind::engines) {
      command += fmt::format(" {}", quoted(flag));
      continue;
    }
    own.emplace_back(flag);
    const bool has_value = kind == FlagKind::value_of_worker && equals == std::string_view::npos;
    if (has_value && i + 1 < flags.size()) own.push_back(flags[++i]);
  }
  own.insert(own.begin(), {"worker", "--engine-command", command});
  return own;
}

std::vector<std::string> worker_arguments(std::string_view engine, std::span<const std::string> flags) {
  if (const auto server = server_command(engine)) return supervising_arguments(*server, flags);
  std::vector<std::string> out{"worker", "--engine", std::string(engine)};
  out.insert(out.end(), flags.begin(), flags.end());
  return out;
}

std::string path_without(std::string_view path, std::string_view folder) {
  std::string out;
  while (!path.empty()) {
    const auto colon = path.find(':');
    const std::string_view entry = path.substr(0, colon);
    if (entry != folder) out += fmt::format("{}{}", out.empty() ? "" : ":", entry);
    path = colon == std::string_view::npos ? std::string_view{} : path.substr(colon + 1);
  }
  return out;
}

/// Replaces this process, keeping its pid.
Error become(const std::string& program, const std::vector<std::string>& argv) {
  std::vector<char*> raw;
  for (const std::string& argument : argv) raw.push_back(const_cast<char*>(argument.c_str()));
  raw.push_back(nullptr);
  ::execv(program.c_str(), raw.data());
  return system_error(fmt::format("starting {}", program), errno);
}

}  // namespace

std::optional<std::string> dynamo_module_of(std::span<const std::string> argv) {
  std::set<std::string> found;
  for (std::size_t i = 0; i < argv.size(); ++i) {
    if (argv[i] == "-m" && i + 1 < argv.size()) {
      if (argv[i + 1].starts_with(kModulePrefix)) found.insert(argv[i + 1]);
    } else {
      collect_modules(argv[i], found);
    }
  }
  if (found.size() != 1) return std::nullopt;
  return *found.begin();
}

Result<PythonCommand> translate_python(std::span<const std::string> arguments, std::string_view engine) {
  const auto module_at = find_module(arguments);
  if (!module_at || !arguments[*module_at].starts_with(kModulePrefix)) {
    return PythonCommand{.ours = false, .argv = {arguments.begin(), arguments.end()}};
  }
  const std::string& module = arguments[*module_at];
  const auto flags = arguments.subspan(*module_at + 1);
  if (const auto own = engine_of_module(module)) {
    return PythonCommand{.ours = true, .argv = worker_arguments(engine.empty() ? *own : engine, flags)};
  }
  if (module == "dynamo.frontend") {
    PythonCommand out{.ours = true, .argv = {"frontend"}};
    out.argv.insert(out.argv.end(), flags.begin(), flags.end());
    return out;
  }
  return fail(
      Errc::unsupported,
      fmt::format("the module {} has no counterpart here yet; dynamo.frontend, dynamo.vllm, dynamo.sglang, "
                  "dynamo.trtllm and dynamo.mocker have one",
                  module));
}

Result<void> write_shims(const std::string& folder, const std::string& dynamo) {
  if (auto made = make_folders(folder); !made) return made;
  const std::string script = fmt::format("#!/bin/sh\nexec {} python3-shim \"$@\"\n", quoted(dynamo));
  for (const char* name : {"python3", "python"}) {
    if (auto written = write_file(fmt::format("{}/{}", folder, name), script, 0755); !written) return written;
  }
  return {};
}

Error run_python_shim(std::span<const std::string> arguments, const Environment& environment,
                      const std::string& dynamo) {
  auto command = translate_python(arguments, environment.get_or(kEngineVariable, ""));
  if (!command) return std::move(command.error());
  if (command->ours) {
    command->argv.insert(command->argv.begin(), "dynamo");
    return become(dynamo, command->argv);
  }
  const std::string path =
      path_without(environment.get_or("PATH", ""), environment.get_or(kShimFolderVariable, ""));
  const auto python = process::find_executable("python3", path);
  if (!python) return python.error();
  command->argv.insert(command->argv.begin(), "python3");
  return become(*python, command->argv);
}

}  // namespace dynamo::node
