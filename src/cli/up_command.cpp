#include <charconv>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/files.h"
#include "net/signals.h"

#include "up/background.h"
#include "up/session.h"

namespace dynamo::cli {
namespace {

struct UpFlags {
  std::vector<std::string> files;
  std::string name = "default";
  std::int64_t port = 8000;
  bool detach = false;
  bool ephemeral = false;
  std::string engine = "auto";
  double ready_timeout_seconds = 600;
  std::int64_t resync_seconds = 36'000;
};

void declare(FlagSet& set, UpFlags& flags) {
  set.positional("FILE", flags.files,
                 "Files or directories with graphs and other objects, or - for standard input");
  set.text("--name", flags.name, "Name of the platform; several can run beside each other",
           {.env = "DYNAMO_NAME"});
  set.number("--port", flags.port,
             "Port on 127.0.0.1 of the first graph; further graphs get the next free ones",
             {.range{{1, 65535}}});
  set.flag("--detach", flags.detach, "Go to the background, and return when the graphs are ready");
  set.flag("--ephemeral", flags.ephemeral, "Forget everything at the end");
  set.text(
      "--engine", flags.engine,
      "What stands behind workers: auto takes the mock where the real engine is not installed, real refuses",
      {.allowed{"auto", "mock", "echo", "real"}});
  set.number("--ready-timeout", flags.ready_timeout_seconds,
             "Seconds until graphs must be ready with --detach", {.range{{1, 86400}}});
  set.number("--resync-seconds", flags.resync_seconds,
             "How often controllers look at every object again; 0 = only on changes", {.range{{0, 1e9}}});
}

std::string own_path() {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "/proc/self/exe" : path.string();
}

/// What `--detach` starts in the background.
std::vector<std::string> foreground_command(const UpFlags& flags) {
  std::vector<std::string> out{own_path(),         "up",
                               "--name",           flags.name,
                               "--port",           std::to_string(flags.port),
                               "--engine",         flags.engine,
                               "--ready-timeout",  fmt::format("{}", flags.ready_timeout_seconds),
                               "--resync-seconds", std::to_string(flags.resync_seconds)};
  if (flags.ephemeral) out.emplace_back("--ephemeral");
  if (!flags.files.empty()) out.emplace_back("--");
  out.insert(out.end(), flags.files.begin(), flags.files.end());
  return out;
}

Result<std::vector<up::ManifestText>> read_texts(const std::vector<std::string>& files) {
  if (files.empty()) return std::vector<up::ManifestText>{};
  return read_inputs(files);
}

Duration ready_timeout(const UpFlags& flags) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(flags.ready_timeout_seconds));
}

/// Quiet unless DYN_LOG says otherwise: what people want to see is told elsewhere. A live table must not be
/// written into, so its log goes to a file.
Result<telemetry::Logger> make_log(const up::StateDir& state, const Environment& environment, bool to_file) {
  auto config = telemetry::LogConfig::from_environment(environment);
  if (!config) return std::unexpected(std::move(config.error()));
  if (!environment.get("DYN_LOG")) config->filter.level = telemetry::LogLevel::warn;
  if (!to_file) return telemetry::Logger(std::move(*config));
  std::error_code ignored;
  std::filesystem::create_directories(state.root, ignored);
  const std::shared_ptr<std::FILE> file(std::fopen(state.log().c_str(), "we"), [](std::FILE* f) {
    if (f != nullptr) std::fclose(f);
  });
  return telemetry::Logger(std::move(*config), [file](std::string_view line) {
    if (file == nullptr) return;
    std::fwrite(line.data(), 1, line.size(), file.get());
    std::fflush(file.get());
  });
}

int report_pipe(const Environment& environment) {
  const std::string_view text = environment.get_or(up::kReportVariable, "");
  int fd = -1;
  std::from_chars(text.data(), text.data() + text.size(), fd);
  if (fd >= 0) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  return fd;
}

Result<int> run_here(const UpFlags& flags, const up::StateDir& state, const Environment& environment) {
  up::Reporter reporter(report_pipe(environment));
  const bool table = ::isatty(STDOUT_FILENO) == 1;
  auto log = make_log(state, environment, table);
  auto texts = log ? read_texts(flags.files) : std::unexpected(log.error());
  if (!texts) {
    reporter.failed(texts.error());
    return std::unexpected(std::move(texts.error()));
  }
  up::SessionOptions options;
  options.platform.state = state;
  options.platform.port = static_cast<std::uint16_t>(flags.port);
  options.platform.ephemeral = flags.ephemeral;
  options.platform.engine = node::parse_engine_mode(flags.engine).value_or(node::EngineMode::automatic);
  options.platform.resync = std::chrono::seconds{flags.resync_seconds};
  options.platform.dynamo = own_path();
  options.platform.version = DYNAMO_VERSION;
  options.platform.environment = environment;
  options.name = flags.name;
  options.manifests = std::move(*texts);
  options.ready_timeout = ready_timeout(flags);
  options.output = table ? up::SessionOptions::Output::table : up::SessionOptions::Output::lines;
  net::block_signals();
  net::Loop loop;
  auto ended = net::run(loop, up::run_session(loop, std::move(options), std::move(*log), reporter));
  if (ended) return 0;
  reporter.failed(ended.error());
  return std::unexpected(std::move(ended.error()));
}

Result<int> apply_there(const UpFlags& flags, const up::StateDir& state) {
  auto texts = read_texts(flags.files);
  if (!texts) return std::unexpected(std::move(texts.error()));
  net::Loop loop;
  auto done = net::run(loop, up::apply_to_running(loop, state, std::move(*texts), ready_timeout(flags)));
  if (!done) return std::unexpected(std::move(done.error()));
  return 0;
}

Result<int> run_up(UpFlags flags) {
  const Environment environment = Environment::of_process();
  const auto state = up::state_dir(flags.name, environment);
  if (!state) return std::unexpected(state.error());
  const bool running = up::lock_holder(state->lock().string()) != 0;
  if (running && (flags.detach || !flags.files.empty())) return apply_there(flags, *state);
  if (!flags.detach) return run_here(flags, *state, environment);
  if (auto started = up::start_in_background(foreground_command(flags), *state, environment); !started) {
    return std::unexpected(std::move(started.error()));
  }
  flags.files.clear();  // applied already; what is left is to show them
  return apply_there(flags, *state);
}

struct DownFlags {
  std::string name = "default";
  bool purge = false;
};

Result<int> run_down(const DownFlags& flags) {
  constexpr std::chrono::seconds kPatience{60};
  const auto state = up::state_dir(flags.name, Environment::of_process());
  if (!state) return std::unexpected(state.error());
  const auto ended = up::end_platform(*state, kPatience);
  if (!ended) return std::unexpected(ended.error());
  fmt::print("{}\n", *ended ? "stopped" : "not running");
  if (!flags.purge) return 0;
  std::error_code error;
  std::filesystem::remove_all(state->root, error);
  if (error)
    return std::unexpected(system_error(fmt::format("removing {}", state->root.string()), error.value()));
  fmt::print("{} is forgotten\n", flags.name);
  return 0;
}

}  // namespace

Command up_command() {
  const auto flags = std::make_shared<UpFlags>();
  return {.name = "up",
          .help = "Run graphs on this machine: control plane, operator and workers in one command",
          .details =
              "dynamo up examples/agg.yaml           until Ctrl-C, with a live table\n"
              "dynamo up examples/agg.yaml --detach  in the background; end it with `dynamo down`\n"
              "dynamo up more.yaml                   on a running platform: applies the file\n\n"
              "The state is kept in $XDG_STATE_HOME/dynamo/NAME (by default ~/.local/state/dynamo/NAME).",
          .declare = [flags](FlagSet& set) { declare(set, *flags); },
          .run = [flags] { return run_up(*flags); },
          .group = "Local platform"};
}

Command down_command() {
  const auto flags = std::make_shared<DownFlags>();
  return {.name = "down",
          .help = "End the local platform; its objects stay for the next `dynamo up`",
          .details = "",
          .declare =
              [flags](FlagSet& set) {
                set.text("--name", flags->name, "Name of the platform", {.env = "DYNAMO_NAME"});
                set.flag("--purge", flags->purge, "Forget its objects, logs and volumes, too");
              },
          .run = [flags] { return run_down(*flags); },
          .group = "Local platform"};
}

}  // namespace dynamo::cli
