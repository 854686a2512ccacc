#include "base/environment.h"
#include "cli/commands.h"
#include "cli/discovery_backend.h"
#include "cli/files.h"
#include "net/loop.h"
#include "net/signals.h"
#include "telemetry/log.h"
#include "worker/worker.h"

#include "parsers/formats.h"

namespace dynamo::cli {
namespace {

struct Flags {
  worker::WorkerFlags worker;
  std::string discovery_backend = kDefaultDiscovery;
  std::string extra_engine_args_file;
};

void declare_model(FlagSet& flags, worker::WorkerFlags& f) {
  flags.text("--model,--model-path", f.model, "Name or path of the model", {.env = "DYN_MODEL_PATH"});
  flags.text("--served-model-name,--model-name", f.served_model_name,
             "Name that clients use; the model's when not given", {.env = "DYN_MODEL_NAME"});
  flags.number("--max-model-len", f.max_model_len,
               "Tokens of prompt and answer together; what the engine says when not given");
  flags.text("--endpoint-types", f.endpoint_types, "What is served: chat, completions or both",
             {.env = "DYN_ENDPOINT_TYPES"});
  flags.text("--dyn-tool-call-parser", f.tool_call_parser,
             "How the frontend finds tool calls in answers; `dynamo parse --list` names the parsers",
             {.env = "DYN_TOOL_CALL_PARSER"});
  flags.text("--dyn-reasoning-parser", f.reasoning_parser,
             "How the frontend finds reasoning in answers; likewise", {.env = "DYN_REASONING_PARSER"});
  flags.number("--migration-limit", f.migration_limit,
               "How often a broken request may move to another worker", {.env = "DYN_MIGRATION_LIMIT"});
}

void declare_engine(FlagSet& flags, worker::WorkerFlags& f) {
  flags.text("--engine", f.engine, "Built-in engine", {.env = "DYN_ENGINE", .allowed{"mock", "echo"}});
  flags.text("--engine-url", f.engine_url, "OpenAI server to attach to, instead of a built-in engine",
             {.env = "DYN_ENGINE_URL", .value_name = "URL"});
  flags.text(
      "--engine-command", f.engine_command,
      "Command of an OpenAI server to start and supervise; {port}, {host}, {model} and {path} (the model's) "
      "are replaced, and flags unknown here are added",
      {.env = "DYN_ENGINE_COMMAND", .value_name = "COMMAND"});
  flags.number("--engine-idle-timeout", f.engine_idle_timeout_seconds,
               "Longest silence of an engine within an answer, in seconds",
               {.env = "DYN_ENGINE_IDLE_TIMEOUT_SECS"});
  flags.flag("--is-prefill-worker", f.is_prefill_worker, "Compute prompts only");
  flags.flag("--is-decode-worker", f.is_decode_worker, "Continue prompts that another worker has computed");
}

void declare_mock(FlagSet& flags, Flags& all) {
  worker::WorkerFlags& f = all.worker;
  flags.number("--num-gpu-blocks-override", f.num_gpu_blocks, "Mock: cache blocks");
  flags.number("--block-size", f.block_size, "Mock: tokens of a cache block");
  flags.number("--max-num-seqs", f.max_num_seqs, "Mock: sequences run at once");
  flags.number("--max-num-batched-tokens", f.max_num_batched_tokens,
               "Mock: prompt tokens computed in one pass");
  flags.flag("--enable-prefix-caching,!--no-enable-prefix-caching", f.enable_prefix_caching,
             "Mock: reuse blocks of equal prefixes");
  flags.flag("--enable-chunked-prefill,!--no-enable-chunked-prefill", f.enable_chunked_prefill,
             "Mock: compute long prompts in pieces");
  flags.number("--watermark", f.watermark, "Mock: share of the blocks that admission leaves free");
  flags.number("--speedup-ratio", f.speedup_ratio, "Mock: how much faster than a GPU; 0 = no waiting");
  flags.number("--startup-time", f.startup_time_seconds, "Mock: seconds of pretended loading");
  flags.number("--echo-interval", f.echo_interval_seconds, "Echo: seconds between words");
  flags.text("--extra-engine-args", all.extra_engine_args_file, "Mock: JSON file with the same settings",
             {.value_name = "FILE"});
}

void declare(FlagSet& flags, Flags& all) {
  worker::WorkerFlags& f = all.worker;
  declare_model(flags, f);
  declare_engine(flags, f);
  declare_mock(flags, all);
  flags.text("--namespace", f.dyn_namespace, "Dynamo namespace", {.env = "DYN_NAMESPACE"});
  flags.text("--endpoint", f.endpoint, "dyn://NAMESPACE.COMPONENT.ENDPOINT, or the last part alone",
             {.env = "DYN_ENDPOINT"});
  flags.text("--discovery-backend", all.discovery_backend, kDiscoveryHelp,
             {.env = "DYN_DISCOVERY_BACKEND", .allowed = discovery_backends()});
  flags.text("--system-host", f.system_host, "Address to listen on", {.env = "DYN_SYSTEM_HOST"});
  flags.number("--system-port", f.system_port, "Port to listen on; 0 or less for any free one",
               {.env = "DYN_SYSTEM_PORT"});
  flags.text("--advertise-host", f.advertise_host, "Address that frontends use",
             {.env = "DYN_ADVERTISE_HOST"});
  flags.number("--max-requests", f.max_requests, "Requests at once; more are answered 503",
               {.env = "DYN_WORKER_MAX_REQUESTS"});
  flags.number("--body-limit-mb", f.body_limit_mb, "Largest request body, in MiB",
               {.env = "DYN_HTTP_BODY_LIMIT_MB"});
  flags.text("--request-plane", f.request_plane, "Accepted and not used: requests travel over HTTP");
  flags.text("--event-plane", f.event_plane, "Accepted and not used");
  flags.text("--connector", f.connector, "Accepted and not used: the engine sets its own");
  flags.flag("--durable-kv-events", f.durable_kv_events, "Accepted and not used");
  flags.text("--custom-jinja-template", f.custom_jinja_template, "Not there yet");
  flags.rest(f.rest);
}

/// The first signal asks it to leave, the second to hurry.
net::Task<void> obey_signals(net::Loop& loop, std::stop_source stop, std::stop_source hurry,
                             std::stop_token over, telemetry::Logger log) {
  const int first = co_await net::wait_for_signal(loop, over);
  if (first == 0) co_return;
  log.info("signal received", {{"signal", first}});
  stop.request_stop();
  const int second = co_await net::wait_for_signal(loop, over);
  if (second != 0) hurry.request_stop();
}

net::Task<Result<int>> serve(net::Loop& loop, worker::WorkerOptions options, std::string backend,
                             Environment env) {
  auto log_config = telemetry::LogConfig::from_environment(env);
  if (!log_config) co_return std::unexpected(std::move(log_config.error()));
  const telemetry::Logger log = telemetry::Logger(std::move(*log_config)).with_target("worker");
  auto found = make_discovery(loop, backend, env);
  if (!found) co_return std::unexpected(std::move(found.error()));
  if (!options.ignored_arguments.empty()) {
    log.warn("arguments without a meaning here",
             {{"arguments", fmt::format("{}", fmt::join(options.ignored_arguments, " "))}});
  }
  for (const std::string& why : parsers::unread_parsers(options.reasoning_parser.value_or(""),
                                                        options.tool_call_parser.value_or(""))) {
    log.warn("frontends will pass answers on as they are", {{"why", why}});
  }

  auto engine = worker::make_engine(loop, options.engine);
  worker::Worker worker(loop, std::move(options), std::move(engine), *found->discovery, log);
  const auto listening = worker.listen();
  if (!listening) {
    co_await found->discovery->close();
    co_return std::unexpected(listening.error());
  }
  net::TaskGroup group(loop);
  std::stop_source stop;
  std::stop_source hurry;
  group.spawn(obey_signals(loop, stop, hurry, group.stop_token(), log));
  const auto done = co_await worker.run(stop.get_token(), hurry.get_token());
  group.request_stop();
  co_await group.join();
  co_await found->discovery->close();
  if (!done) co_return std::unexpected(done.error());
  co_return 0;
}

Result<int> run_worker(Flags flags) {
  const Environment env = Environment::of_process();
  if (!flags.extra_engine_args_file.empty()) {
    auto inputs = read_inputs({flags.extra_engine_args_file});
    if (!inputs) return context("--extra-engine-args", std::move(inputs.error()));
    flags.worker.extra_engine_args = std::move(inputs->front().text);
  }
  auto options = worker::make_worker_options(flags.worker, env);
  if (!options) return std::unexpected(std::move(options.error()));
  net::block_signals();
  net::Loop loop;
  return net::run(loop, serve(loop, std::move(*options), flags.discovery_backend, env));
}

}  // namespace

Command worker_command() {
  const auto flags = std::make_shared<Flags>();
  return {.name = "worker",
          .help = "Endpoint for one engine: built in, attached or supervised",
          .details =
              "Examples:\n"
              "  dynamo worker --model tiny                                  the mock engine\n"
              "  dynamo worker --model tiny --engine-url http://127.0.0.1:8081\n"
              "  dynamo worker --model tiny --engine-command 'llama-server -m tiny.gguf --port {port}'",
          .declare = [flags](FlagSet& set) { declare(set, *flags); },
          .run = [flags] { return run_worker(*flags); },
          .group = "Roles"};
}

}  // namespace dynamo::cli
