#include "worker/options.h"

#include <array>
#include <charconv>

#include "base/json.h"

namespace dynamo::worker {
namespace {

using discovery::ModelType;

Duration to_duration(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

/// Seconds in a variable of the environment.
Result<std::optional<Duration>> read_seconds(const Environment& env, std::string_view name) {
  const auto text = env.get(name);
  if (!text) return std::optional<Duration>{};
  double seconds = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (error != std::errc{} || end != text->data() + text->size() || !(seconds >= 0) || seconds > 1e6) {
    return fail(Errc::invalid, fmt::format("{} must be a number of seconds, got \"{}\"", name, *text));
  }
  return std::optional(to_duration(seconds));
}

/// One number of the mock engine and its range.
struct NumberRule {
  std::string_view name;
  std::int64_t WorkerFlags::* field;
  std::int64_t low;
  std::int64_t high;
};

constexpr std::array kNumberRules{
    NumberRule{"num-gpu-blocks-override", &WorkerFlags::num_gpu_blocks, 1, 1 << 30},
    NumberRule{"block-size", &WorkerFlags::block_size, 1, 65536},
    NumberRule{"max-num-seqs", &WorkerFlags::max_num_seqs, 1, 1 << 20},
    NumberRule{"max-num-batched-tokens", &WorkerFlags::max_num_batched_tokens, 1, 1 << 30},
    NumberRule{"max-requests", &WorkerFlags::max_requests, 1, 1'000'000},
    NumberRule{"body-limit-mb", &WorkerFlags::body_limit_mb, 1, 4096},
    NumberRule{"migration-limit", &WorkerFlags::migration_limit, 0, 1000},
};

Result<void> check_numbers(const WorkerFlags& flags) {
  for (const auto& rule : kNumberRules) {
    const std::int64_t value = flags.*rule.field;
    if (value < rule.low || value > rule.high) {
      return fail(Errc::invalid,
                  fmt::format("--{} must be {} to {}, got {}", rule.name, rule.low, rule.high, value));
    }
  }
  if (!(flags.watermark >= 0 && flags.watermark < 1)) {
    return fail(Errc::invalid,
                fmt::format("--watermark must be at least 0 and below 1, got {}", flags.watermark));
  }
  if (!(flags.speedup_ratio >= 0)) {
    return fail(Errc::invalid,
                fmt::format("--speedup-ratio must be at least 0, got {}", flags.speedup_ratio));
  }
  if (!(flags.startup_time_seconds >= 0) || !(flags.echo_interval_seconds >= 0) ||
      !(flags.engine_idle_timeout_seconds > 0)) {
    return fail(Errc::invalid,
                "--startup-time, --echo-interval and --engine-idle-timeout must be numbers of seconds");
  }
  if (flags.system_port > 65535) {
    return fail(Errc::invalid, fmt::format("--system-port must be at most 65535, got {}", flags.system_port));
  }
  return {};
}

/// Members of --extra-engine-args that mean something to one worker of the mock engine.
constexpr std::array<std::pair<std::string_view, std::int64_t WorkerFlags::*>, 4> kExtraNumbers{{
    {"num_gpu_blocks", &WorkerFlags::num_gpu_blocks},
    {"block_size", &WorkerFlags::block_size},
    {"max_num_seqs", &WorkerFlags::max_num_seqs},
    {"max_num_batched_tokens", &WorkerFlags::max_num_batched_tokens},
}};
constexpr std::array<std::pair<std::string_view, bool WorkerFlags::*>, 4> kExtraSwitches{{
    {"enable_prefix_caching", &WorkerFlags::enable_prefix_caching},
    {"enable_chunked_prefill", &WorkerFlags::enable_chunked_prefill},
    {"is_prefill", &WorkerFlags::is_prefill_worker},
    {"is_decode", &WorkerFlags::is_decode_worker},
}};
constexpr std::array<std::pair<std::string_view, double WorkerFlags::*>, 3> kExtraDoubles{{
    {"watermark", &WorkerFlags::watermark},
    {"speedup_ratio", &WorkerFlags::speedup_ratio},
    {"startup_time", &WorkerFlags::startup_time_seconds},
}};

bool take_extra(WorkerFlags& flags, std::string_view key, const json::value& value) {
  for (const auto& [name, field] : kExtraNumbers) {
    if (key == name && value.is_int64()) return flags.*field = value.get_int64(), true;
  }
  for (const auto& [name, field] : kExtraSwitches) {
    if (key == name && value.is_bool()) return flags.*field = value.get_bool(), true;
  }
  for (const auto& [name, field] : kExtraDoubles) {
    if (key == name && value.is_number()) return flags.*field = value.to_number<double>(), true;
  }
  return value.is_null();
}

Result<WorkerFlags> with_extra_args(WorkerFlags flags) {
  if (flags.extra_engine_args.empty()) return flags;
  const auto parsed = json::parse(flags.extra_engine_args);
  if (!parsed) return context("--extra-engine-args", parsed.error());
  if (!parsed->is_object()) return fail(Errc::invalid, "--extra-engine-args: must hold a JSON object");
  for (const auto& member : parsed->get_object()) {
    const std::string_view key(member.key().data(), member.key().size());
    if (take_extra(flags, key, member.value())) continue;
    return fail(Errc::invalid,
                fmt::format("--extra-engine-args: \"{}\" is unknown or of the wrong type", key));
  }
  return flags;
}

Result<engine::MockOptions> mock_options(const WorkerFlags& flags) {
  engine::MockOptions out;
  out.limits.blocks = static_cast<std::size_t>(flags.num_gpu_blocks);
  out.limits.block_size = static_cast<std::size_t>(flags.block_size);
  out.limits.max_sequences = static_cast<std::size_t>(flags.max_num_seqs);
  out.limits.max_batched_tokens = static_cast<std::size_t>(flags.max_num_batched_tokens);
  out.limits.prefix_caching = flags.enable_prefix_caching;
  out.limits.chunked_prefill = flags.enable_chunked_prefill;
  out.limits.watermark = flags.watermark;
  if (flags.is_prefill_worker) out.limits.role = engine::MockRole::prefill;
  if (flags.is_decode_worker) out.limits.role = engine::MockRole::decode;
  out.speedup = flags.speedup_ratio;
  out.startup_time = std::chrono::duration<double>{flags.startup_time_seconds};
  return out;
}

Result<engine::HttpEngineOptions> http_options(const WorkerFlags& flags, const std::string& model) {
  engine::HttpEngineOptions out;
  out.served_model = model;
  out.idle_timeout = to_duration(flags.engine_idle_timeout_seconds);
  if (flags.engine_url.empty()) return out;
  auto url = engine::parse_engine_url(flags.engine_url);
  if (!url) return context("--engine-url", std::move(url.error()));
  out.url = std::move(*url);
  return out;
}

Result<engine::SupervisedEngineOptions> supervised_options(const WorkerFlags& flags, const std::string& model,
                                                           const Environment& env) {
  auto http = http_options(flags, model);
  if (!http) return std::unexpected(std::move(http.error()));
  auto command = split_command(flags.engine_command);
  if (!command) return context("--engine-command", std::move(command.error()));
  command->insert(command->end(), flags.rest.begin(), flags.rest.end());
  engine::SupervisedEngineOptions out;
  out.command = std::move(*command);
  out.model_path = flags.model.empty() ? model : flags.model;
  out.environment = env;
  if (!flags.engine_url.empty()) out.url = http->url;
  out.http = std::move(*http);
  const auto expanded = engine::expand_command(out, 1);
  if (!expanded) return context("--engine-command", expanded.error());
  return out;
}

template <class Options>
Result<EngineOptions> widen(Result<Options> options) {
  if (!options) return std::unexpected(std::move(options.error()));
  return EngineOptions(std::move(*options));
}

Result<EngineOptions> engine_options(const WorkerFlags& flags, const std::string& model,
                                     const Environment& env) {
  if (!flags.engine_command.empty()) return widen(supervised_options(flags, model, env));
  if (!flags.engine_url.empty()) return widen(http_options(flags, model));
  if (flags.engine == "mock") return widen(mock_options(flags));
  if (flags.engine == "echo")
    return EngineOptions(engine::EchoOptions{.interval = to_duration(flags.echo_interval_seconds)});
  return fail(Errc::invalid,
              fmt::format("--engine must be mock or echo, got \"{}\"; others are reached by --engine-url "
                          "or started by --engine-command",
                          flags.engine));
}

/// The namespace of rolling updates carries the generation of its workers.
std::string full_namespace(const WorkerFlags& flags, const Environment& env) {
  const auto suffix = env.get("DYN_NAMESPACE_WORKER_SUFFIX");
  return suffix ? fmt::format("{}-{}", flags.dyn_namespace, *suffix) : flags.dyn_namespace;
}

Result<discovery::EndpointName> endpoint_name(const WorkerFlags& flags, const Environment& env) {
  const std::string component = flags.is_prefill_worker ? "prefill" : "backend";
  const bool is_whole = flags.endpoint.find('.') != std::string::npos;
  const std::string last = flags.endpoint.empty() ? "generate" : flags.endpoint;
  auto name = discovery::EndpointName::parse(
      is_whole ? flags.endpoint : fmt::format("{}.{}.{}", full_namespace(flags, env), component, last));
  if (!name) return context(is_whole ? "--endpoint" : "--namespace or --endpoint", std::move(name.error()));
  return name;
}

Result<std::set<ModelType>> model_types(const WorkerFlags& flags) {
  if (flags.is_prefill_worker) return std::set{ModelType::prefill};
  std::set<ModelType> out;
  std::string_view text = flags.endpoint_types;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto word = text.substr(0, comma);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    if (word == "chat") {
      out.insert(ModelType::chat);
    } else if (word == "completions") {
      out.insert(ModelType::completions);
    } else {
      return fail(Errc::invalid,
                  fmt::format("--endpoint-types must list chat or completions, got \"{}\"", word));
    }
  }
  if (out.empty()) return fail(Errc::invalid, "--endpoint-types must list chat, completions or both");
  return out;
}

std::string advertised_host(const WorkerFlags& flags, const Environment& env) {
  if (!flags.advertise_host.empty()) return flags.advertise_host;
  if (const auto pod_ip = env.get("POD_IP")) return std::string(*pod_ip);
  const bool any = flags.system_host == "0.0.0.0" || flags.system_host == "::";
  return any ? "127.0.0.1" : flags.system_host;
}

Result<std::optional<CanaryOptions>> canary_options(const Environment& env) {
  const auto text = env.get_or("DYN_HEALTH_CHECK_ENABLED", "false");
  const auto on = parse_switch(text);
  if (!on)
    return fail(Errc::invalid,
                fmt::format("DYN_HEALTH_CHECK_ENABLED must be true or false, got \"{}\"", text));
  const auto idle = read_seconds(env, "DYN_CANARY_WAIT_TIME");
  if (!idle) return std::unexpected(idle.error());
  const auto timeout = read_seconds(env, "DYN_HEALTH_CHECK_REQUEST_TIMEOUT");
  if (!timeout) return std::unexpected(timeout.error());
  if (!*on) return std::optional<CanaryOptions>{};
  CanaryOptions out;
  out.idle = idle->value_or(out.idle);
  out.timeout = timeout->value_or(out.timeout);
  return std::optional(out);
}

Result<void> read_environment(const Environment& env, WorkerOptions& out) {
  auto status = telemetry::StatusConfig::from_environment(env);
  if (!status) return std::unexpected(std::move(status.error()));
  out.status = std::move(*status);
  const auto canary = canary_options(env);
  if (!canary) return std::unexpected(canary.error());
  out.canary = *canary;
  const auto grace = read_seconds(env, "DYN_GRACEFUL_SHUTDOWN_GRACE_PERIOD_SECS");
  if (!grace) return std::unexpected(grace.error());
  out.grace_period = grace->value_or(out.grace_period);
  const auto drain = read_seconds(env, "DYN_WORKER_GRACEFUL_SHUTDOWN_TIMEOUT");
  if (!drain) return std::unexpected(drain.error());
  out.drain_timeout = drain->value_or(out.drain_timeout);
  return {};
}

/// What the mocker of the original can do and this one cannot yet.
constexpr std::array<std::string_view, 4> kMissing{"--num-workers", "--planner-profile-data", "--reasoning",
                                                   "--bootstrap-ports"};

bool is_built_in(const WorkerFlags& flags) {
  return flags.engine_command.empty() && flags.engine_url.empty();
}

Result<void> check_missing(const WorkerFlags& flags) {
  if (!flags.custom_jinja_template.empty()) {
    return fail(Errc::unsupported,
                "--custom-jinja-template is not there yet: the engine applies its own template");
  }
  if (!is_built_in(flags)) return {};
  for (const auto& argument : flags.rest) {
    const std::string_view name = std::string_view(argument).substr(0, argument.find('='));
    if (std::ranges::find(kMissing, name) == kMissing.end()) continue;
    return fail(Errc::unsupported, fmt::format("{} is not there yet", name));
  }
  return {};
}

std::vector<std::string> ignored_arguments(const WorkerFlags& flags) {
  std::vector<std::string> out;
  const auto note = [&out](std::string_view flag, const std::string& value) {
    if (!value.empty()) out.push_back(fmt::format("{} {}", flag, value));
  };
  note("--request-plane", flags.request_plane);
  note("--event-plane", flags.event_plane);
  note("--connector", flags.connector);
  if (flags.durable_kv_events) out.emplace_back("--durable-kv-events");
  if (flags.engine_command.empty()) out.insert(out.end(), flags.rest.begin(), flags.rest.end());
  return out;
}

Result<void> check_combinations(const WorkerFlags& flags) {
  if (flags.model.empty() && flags.served_model_name.empty()) {
    return fail(Errc::invalid, "--model is required: the name or path of the model to serve");
  }
  if (flags.is_prefill_worker && flags.is_decode_worker) {
    return fail(Errc::invalid, "--is-prefill-worker and --is-decode-worker exclude each other");
  }
  if (flags.max_model_len && *flags.max_model_len < 1) {
    return fail(Errc::invalid,
                fmt::format("--max-model-len must be at least 1, got {}", *flags.max_model_len));
  }
  return {};
}

}  // namespace

Result<WorkerOptions> make_worker_options(const WorkerFlags& given, const Environment& env) {
  const auto flags = with_extra_args(given);
  if (!flags) return std::unexpected(flags.error());
  if (auto checked = check_combinations(*flags); !checked) return std::unexpected(std::move(checked.error()));
  if (auto checked = check_missing(*flags); !checked) return std::unexpected(std::move(checked.error()));
  if (auto checked = check_numbers(*flags); !checked) return std::unexpected(std::move(checked.error()));

  WorkerOptions out;
  out.source_path = flags->model;
  out.model = flags->served_model_name.empty() ? flags->model : flags->served_model_name;
  auto engine = engine_options(*flags, out.model, env);
  if (!engine) return std::unexpected(std::move(engine.error()));
  auto name = endpoint_name(*flags, env);
  if (!name) return std::unexpected(std::move(name.error()));
  auto types = model_types(*flags);
  if (!types) return std::unexpected(std::move(types.error()));
  if (auto read = read_environment(env, out); !read) return std::unexpected(std::move(read.error()));

  out.engine = std::move(*engine);
  out.name = std::move(*name);
  out.types = std::move(*types);
  out.listen = {flags->system_host,
                static_cast<std::uint16_t>(std::max<std::int64_t>(flags->system_port, 0))};
  out.advertise_host = advertised_host(*flags, env);
  out.max_requests = static_cast<std::size_t>(flags->max_requests);
  out.max_body = static_cast<std::size_t>(flags->body_limit_mb) << 20;
  out.context_length = static_cast<std::uint64_t>(flags->max_model_len.value_or(0));
  out.migration_limit = static_cast<std::uint64_t>(flags->migration_limit);
  out.tool_call_parser = flags->tool_call_parser;
  out.reasoning_parser = flags->reasoning_parser;
  out.ignored_arguments = ignored_arguments(*flags);
  return out;
}

Result<std::vector<std::string>> split_command(std::string_view text) {
  std::vector<std::string> out;
  std::optional<std::string> word;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool escapes = c == '\\' && quote != '\'' && i + 1 < text.size();
    if (escapes) {
      (word ? *word : word.emplace()) += text[++i];
    } else if (quote != 0 && c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
      if (!word) word.emplace();
    } else if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      if (word) out.push_back(*std::exchange(word, std::nullopt));
    } else {
      (word ? *word : word.emplace()) += c;
    }
  }
  if (quote != 0) return fail(Errc::invalid, fmt::format("a {} is not closed", quote));
  if (word) out.push_back(std::move(*word));
  return out;
}

}  // namespace dynamo::worker
