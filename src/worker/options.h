#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/environment.h"
#include "base/error.h"
#include "discovery/record.h"
#include "engine/echo_engine.h"
#include "engine/http_engine.h"
#include "engine/mock_engine.h"
#include "engine/supervised_engine.h"
#include "net/stream.h"
#include "telemetry/status_server.h"

namespace dynamo::worker {

/// A worker's settings as they stand on the command line or in the environment, unchecked. Names and defaults
/// follow spec/runtime.md 1.12 and 8.1.
struct WorkerFlags {
  std::string model;  // path or name; also the served name when that is not given
  std::string served_model_name;
  std::string engine = "mock";  // mock, echo
  std::string engine_url;       // attach to a running server, instead
  std::string engine_command;   // supervise one, instead; words as a shell splits them
  std::string dyn_namespace = "dynamo";
  std::string endpoint;  // "dyn://ns.component.endpoint", or the last part alone
  std::string endpoint_types = "chat,completions";
  bool is_prefill_worker = false;
  bool is_decode_worker = false;
  std::string system_host = "0.0.0.0";
  std::int64_t system_port = 0;  // 0 or less = any free one
  std::string advertise_host;    // empty = POD_IP, the address listened on, or 127.0.0.1
  std::int64_t num_gpu_blocks = 16384;
  std::int64_t block_size = 64;
  std::int64_t max_num_seqs = 256;
  std::int64_t max_num_batched_tokens = 8192;
  bool enable_prefix_caching = true;
  bool enable_chunked_prefill = true;
  double watermark = 0.01;
  double speedup_ratio = 1;
  double startup_time_seconds = 0;
  double echo_interval_seconds = 0;
  std::string extra_engine_args;  // JSON text with members named as the flags above
  std::optional<std::int64_t> max_model_len;
  std::int64_t migration_limit = 0;
  std::optional<std::string> tool_call_parser;
  std::optional<std::string> reasoning_parser;
  std::int64_t max_requests = 1024;
  std::int64_t body_limit_mb = 45;
  double engine_idle_timeout_seconds = 300;
  /// Flags of the original's workers that mean nothing here: the planes are ours, the engine sets its
  /// connector.
  std::string request_plane;
  std::string event_plane;
  std::string connector;
  bool durable_kv_events = false;
  std::string custom_jinja_template;
  std::vector<std::string> rest;  // unknown flags: the engine's
};

/// A one-token request sent through the engine when nothing else was for a while.
struct CanaryOptions {
  Duration idle = std::chrono::seconds{10};
  Duration timeout = std::chrono::seconds{3};
  friend bool operator==(const CanaryOptions&, const CanaryOptions&) = default;
};

using EngineOptions = std::variant<engine::MockOptions, engine::EchoOptions, engine::HttpEngineOptions,
                                   engine::SupervisedEngineOptions>;

/// What a worker is to be; checked, so that nothing in it needs a second look.
struct WorkerOptions {
  discovery::EndpointName name;
  std::string model;  // the name that clients use
  std::string source_path;
  std::set<discovery::ModelType> types;
  EngineOptions engine;
  net::Endpoint listen;
  std::string advertise_host;
  telemetry::StatusConfig status;
  std::size_t max_requests = 1024;  // at once; more are answered 503
  std::size_t max_body = std::size_t{45} << 20;
  Duration health_interval = std::chrono::seconds{2};
  std::optional<CanaryOptions> canary;
  Duration grace_period = std::chrono::seconds{5};    // between leaving discovery and refusing requests
  Duration drain_timeout = std::chrono::seconds{45};  // that open requests may then take
  std::uint64_t context_length = 0;                   // 0 = what the engine says
  std::uint64_t migration_limit = 0;
  std::optional<std::string> tool_call_parser;
  std::optional<std::string> reasoning_parser;
  std::vector<std::string>
      ignored_arguments;  // without meaning here, or for the engine that a built-in one replaces
};

/// Pure. Reads from `env` the variables of runtime.md 3, DYN_NAMESPACE_WORKER_SUFFIX, and POD_IP; and hands
/// the whole of it on to a supervised engine. Errors: invalid and unsupported, naming the flag and what is
/// allowed.
Result<WorkerOptions> make_worker_options(const WorkerFlags& flags, const Environment& env);

/// Splits a command into words as a shell does: blanks part words, '…', "…" and backslashes keep them
/// together. Errors: invalid (a quote that does not end).
Result<std::vector<std::string>> split_command(std::string_view text);

}  // namespace dynamo::worker
