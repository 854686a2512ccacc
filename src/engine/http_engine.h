#pragma once

#include "engine/engine.h"
#include "net/http_client.h"
#include "net/loop.h"

namespace dynamo::engine {

struct HttpEngineOptions {
  net::Url url;  // of the server; an ending "/v1" is taken off
  std::string
      served_model;  // the name that clients use; requests carry the engine's own name where it differs
  std::optional<Duration> ready_timeout;  // for `start`; none = as long as it takes
  Duration ready_interval = std::chrono::milliseconds{200};
  Duration connect_timeout = std::chrono::seconds{5};
  Duration head_timeout = std::chrono::minutes{30};  // a unary answer's head comes when it is complete
  Duration idle_timeout = std::chrono::minutes{5};   // longest silence within a stream
};

/// Reads the URL of an engine. Errors: invalid.
Result<net::Url> parse_engine_url(std::string_view text);

/// The body of `request` with the engine's model name in it.
std::string body_for_model(const Generate& request, const std::string& model);

/// A server that speaks the OpenAI API: vLLM, SGLang, TensorRT-LLM, llama.cpp. Answers are relayed as they
/// come. A stream counts as failed when it breaks off, stays silent (comments do not count) or ends with
/// "abort"; leaving closes the connection, which makes the server stop.
class HttpEngine final : public Engine {
 public:
  HttpEngine(net::Loop& loop, HttpEngineOptions options);

  /// Waits until the server answers 200 on /health, or on /v1/models where it has no /health.
  net::Task<Result<void>> start(std::stop_token stop) override;
  const EngineInfo& info() const noexcept override { return info_; }
  net::Task<Result<std::unique_ptr<Answer>>> generate(Generate request) override;
  net::Task<Result<void>> check() override;
  net::Task<std::string> metrics() override;
  net::Task<void> stop() override { co_return; }

 private:
  class RelayedAnswer;
  net::HttpClientRequest request_to(std::string_view path, Duration timeout) const;
  net::Task<Result<std::string>> get(std::string path, Duration timeout, std::stop_token stop);
  net::Task<Result<void>> probe(std::stop_token stop);
  net::Task<void> read_models(std::stop_token stop);

  net::Loop& loop_;
  HttpEngineOptions options_;
  net::HttpClient client_;
  EngineInfo info_{.kind = "http"};
  std::string probe_path_ = "/health";
};

}  // namespace dynamo::engine
