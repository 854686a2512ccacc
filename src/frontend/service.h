#pragma once

#include <memory>
#include <stop_token>

#include "base/environment.h"
#include "base/error.h"
#include "frontend/metrics.h"
#include "frontend/models.h"
#include "frontend/options.h"
#include "frontend/token_service.h"
#include "net/http_client.h"
#include "net/http_server.h"

namespace dynamo::frontend {

/// The OpenAI-compatible HTTP entrance: routes, error bodies, health, metrics; chat and completions go to a
/// worker of the model. Knows nothing of discovery: whoever does keeps `models()` up to date. Threads: its
/// loop's.
class Service {
 public:
  /// Errors: invalid (TLS files, metric buckets).
  static Result<std::unique_ptr<Service>> make(net::Loop& loop, Options options, const Environment& env,
                                               telemetry::Logger log = telemetry::Logger::silent());

  /// Errors as net::Listener::open.
  Result<net::Endpoint> listen();
  /// From now on `/live` and `/health` say 503; requests are still served.
  void begin_shutdown() noexcept { shutting_down_ = true; }
  /// No new connections; open requests may end until `deadline`.
  net::Task<void> stop(TimePoint deadline);

  /// Takes `workers` as all those that `source` ("discovery", "static") knows now.
  void set_workers(const std::string& source, std::vector<Worker> workers);
  std::size_t requests_in_flight() const noexcept { return requests_; }
  /// Waits until the files of the models now known are read.
  net::Task<void> settle() { return tokens_.settle(); }

 private:
  Service(net::Loop& loop, Options options, std::unique_ptr<Metrics> metrics,
          net::HttpServerOptions server_options, telemetry::Logger log);
  net::Task<void> handle(net::HttpRequest* request, net::HttpResponder* responder);
  net::HttpResponse answer_at_once(const net::HttpRequest& request) const;
  net::Task<void> generate(openai::Endpoint endpoint, net::HttpRequest* request,
                           net::HttpResponder* responder);
  using TokenRoute = net::Task<net::HttpResponse> (TokenService::*)(std::string body);
  net::Task<void> answer_tokens(TokenRoute route, net::HttpRequest* request, net::HttpResponder* responder);
  net::Task<Result<void>> forward(openai::Request wanted, std::string prompt_end, net::HttpRequest* request,
                                  net::HttpResponder* responder, RequestObservation* observation);
  net::Task<Result<std::unique_ptr<net::HttpClientResponse>>> reach_worker(std::shared_ptr<Model> model,
                                                                           openai::Endpoint endpoint,
                                                                           net::Headers headers,
                                                                           std::string body,
                                                                           std::stop_token gone);

  void say_unread_parsers(const std::vector<Worker>& workers) const;
  net::HttpResponse live() const;
  net::HttpResponse health() const;
  net::HttpResponse model_list() const;

  net::Loop& loop_;
  Options options_;
  std::unique_ptr<Metrics> metrics_;
  std::map<std::string, std::vector<Worker>> sources_;
  Models models_;
  telemetry::Logger log_;
  TokenService tokens_;
  net::HttpClient client_;
  net::HttpServer server_;
  std::size_t requests_ = 0;
  bool shutting_down_ = false;
};

}  // namespace dynamo::frontend
