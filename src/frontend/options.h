#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "net/http.h"
#include "router/picker.h"

namespace dynamo::frontend {

/// What a frontend process is told to do; made from flags and environment, checked once.
struct Options {
  std::string http_host = "0.0.0.0";
  std::uint16_t http_port = 8000;  // 0 = any free one
  std::string tls_cert_path;       // PEM; both or neither
  std::string tls_key_path;
  std::string dyn_namespace;  // serve only this namespace's models; empty = all
  router::Mode router_mode = router::Mode::round_robin;
  std::string metrics_prefix = "dynamo_frontend";
  std::string model_path;  // files of a model, for its tokenizer and template; empty = where its card says
  std::string model_name;  // which model that is; empty = all
  std::vector<net::Url> engine_urls;               // OpenAI servers to use beside what discovery finds
  std::size_t body_limit = std::size_t{45} << 20;  // bytes
  std::size_t max_connections = 16'384;
  std::size_t max_requests = 8'192;                   // at once; more are refused with 503
  Duration shutdown_grace = std::chrono::seconds{5};  // goes on accepting for this long after SIGTERM
  Duration drain_timeout = std::chrono::seconds{60};  // then open requests may take this long
  std::optional<Duration> stream_timeout{};  // longest silence of an engine in mid-answer; none = for ever
  std::uint64_t seed = 0;                    // of the random router
};

}  // namespace dynamo::frontend
