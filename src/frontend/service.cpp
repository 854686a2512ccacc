#include "frontend/service.h"

#include <random>
#include <set>

#include "base/file.h"
#include "frontend/relay.h"
#include "frontend/request_id.h"
#include "openai/answer.h"
#include "openai/error_body.h"
#include "telemetry/metrics.h"

#include "parsers/formats.h"

namespace dynamo::frontend {
namespace {

constexpr auto kConnectTimeout = std::chrono::seconds{10};
constexpr auto kFirstByteTimeout = std::chrono::hours{1};  // a long prompt may wait long in an engine's queue
constexpr std::size_t kLargestErrorBody = std::size_t{64} << 10;

net::HttpResponse json_response(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

net::HttpResponse empty_not_found() { return {404, {}, {}}; }

Result<std::shared_ptr<net::TlsContext>> load_tls(const Options& options) {
  if (options.tls_cert_path.empty() != options.tls_key_path.empty()) {
    return fail(Errc::invalid, "--tls-cert-path and --tls-key-path are only valid together");
  }
  if (options.tls_cert_path.empty()) return nullptr;
  auto certificate = read_file(options.tls_cert_path);
  if (!certificate) return std::unexpected(std::move(certificate.error()));
  auto key = read_file(options.tls_key_path);
  if (!key) return std::unexpected(std::move(key.error()));
  return net::TlsContext::server({.certificate_pem = *certificate, .key_pem = *key});
}

net::HttpResponse refuse(int status, std::string message) { return openai::error_response(status, message); }

/// A path that belongs to the API but is not served by this version; empty for paths that nobody knows.
std::string_view unserved(std::string_view path) {
  constexpr std::string_view kKnown[] = {"/v1/embeddings",   "/v1/responses", "/v1/images/generations",
                                         "/v1/videos",       "/v1/messages",  "/busy_threshold",
                                         "/clear_kv_blocks", "/docs"};
  for (const auto known : kKnown) {
    if (path == known) return known;
  }
  return {};
}

struct Route {
  std::string_view path;
  std::string_view method;
};

constexpr Route kRoutes[] = {{"/v1/chat/completions", "POST"},
                             {"/v1/completions", "POST"},
                             {"/tokenize", "POST"},
                             {"/detokenize", "POST"},
                             {"/v1/models", "GET"},
                             {"/health", "GET"},
                             {"/live", "GET"},
                             {"/metrics", "GET"},
                             {"/openapi.json", "GET"}};

const Route* find_route(std::string_view path) {
  const auto* found = std::ranges::find(kRoutes, path, &Route::path);
  return found == std::end(kRoutes) ? nullptr : found;
}

/// The operation id of a route: method and path in lower case, slashes as underscores.
std::string operation_id(const Route& route) {
  std::string id = fmt::format("{}{}", route.method, route.path);
  for (char& c : id) {
    if (c == '/') c = '_';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return id;
}

/// An OpenAPI 3 document of the routes that are served.
std::string openapi_document() {
  json::object paths;
  for (const Route& route : kRoutes) {
    json::object responses;
    for (const int status : {200, 400, 404, 503}) {
      responses[std::to_string(status)] = {{"description", net::reason_phrase(status)}};
    }
    const std::string method = route.method == "POST" ? "post" : "get";
    paths[route.path] = {
        {method, {{"operationId", operation_id(route)}, {"responses", std::move(responses)}}}};
  }
  return boost::json::serialize(
      json::object{{"openapi", "3.1.0"},
                   {"info", {{"title", "NVIDIA Dynamo OpenAI Frontend"}, {"version", "1"}}},
                   {"paths", std::move(paths)}});
}

net::HttpResponse too_many_requests() {
  return openai::error_response(503, "too many requests at once: retry shortly");
}

/// Counts a request for as long as it lives.
class Counted {
 public:
  explicit Counted(std::size_t& count) : count_(count) { ++count_; }
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::size_t& count_;
};

/// The built-in engine that answers in the place of a real one; empty where real ones do.
std::string stand_in_engine(const Model& model) {
  for (const auto& worker : model.workers()) {
    if (!worker->card) continue;
    const auto engine = json::string_at(worker->card->runtime_config.extra, {"engine"});
    if (engine == "mock" || engine == "echo") return std::string(engine);
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Service>> Service::make(net::Loop& loop, Options options, const Environment& env,
                                               telemetry::Logger log) {
  auto metrics = Metrics::make(options.metrics_prefix, env);
  if (!metrics) return std::unexpected(std::move(metrics.error()));
  auto tls = load_tls(options);
  if (!tls) return std::unexpected(std::move(tls.error()));
  net::HttpServerOptions server_options;
  server_options.max_body = options.body_limit;
  server_options.max_connections = options.max_connections;
  server_options.tls = std::move(*tls);
  server_options.refuse = refuse;
  return std::unique_ptr<Service>(
      new Service(loop, std::move(options), std::move(*metrics), std::move(server_options), std::move(log)));
}

Service::Service(net::Loop& loop, Options options, std::unique_ptr<Metrics> metrics,
                 net::HttpServerOptions server_options, telemetry::Logger log)
    : loop_(loop),
      options_(std::move(options)),
      metrics_(std::move(metrics)),
      models_(options_.router_mode, options_.seed),
      log_(std::move(log)),
      tokens_(loop, options_, *metrics_, models_, log_),
      client_(loop, {.max_idle_per_host = 4096, .user_agent = "dynamo-frontend"}),
      server_(
          loop,
          [this](net::HttpRequest& request, net::HttpResponder& responder) {
            return handle(&request, &responder);
          },
          std::move(server_options)) {}

Result<net::Endpoint> Service::listen() { return server_.listen({options_.http_host, options_.http_port}); }

/// Says once for a model that appears which of its parsers do not exist.
void Service::say_unread_parsers(const std::vector<Worker>& workers) const {
  std::set<std::string_view> said;
  for (const Worker& worker : workers) {
    if (!worker.card || models_.find(worker.model) != nullptr || !said.insert(worker.model).second) continue;
    const auto& config = worker.card->runtime_config;
    for (const std::string& why : parsers::unread_parsers(config.reasoning_parser.value_or(""),
                                                          config.tool_call_parser.value_or(""))) {
      log_.warn("answers are passed on as they are", {{"model", worker.model}, {"why", why}});
    }
  }
}

void Service::set_workers(const std::string& source, std::vector<Worker> workers) {
  sources_[source] = std::move(workers);
  std::vector<Worker> all;
  for (const auto& [name, known] : sources_) all.insert(all.end(), known.begin(), known.end());
  for (const Worker& worker : all) {
    if (worker.card) metrics_->describe(*worker.card);
  }
  say_unread_parsers(all);
  tokens_.update(all);
  models_.update(std::move(all));
}

net::Task<void> Service::stop(TimePoint deadline) {
  co_await server_.stop(deadline);
  co_await tokens_.settle();
}

net::Task<void> Service::handle(net::HttpRequest* request, net::HttpResponder* responder) {
  const bool post = request->method == "POST";
  if (post && request->path == path_of(openai::Endpoint::chat)) {
    co_await generate(openai::Endpoint::chat, request, responder);
  } else if (post && request->path == path_of(openai::Endpoint::completions)) {
    co_await generate(openai::Endpoint::completions, request, responder);
  } else if (post && request->path == "/tokenize") {
    co_await answer_tokens(&TokenService::tokenize, request, responder);
  } else if (post && request->path == "/detokenize") {
    co_await answer_tokens(&TokenService::detokenize, request, responder);
  } else {
    co_await responder->send(answer_at_once(*request));
  }
}

/// Every route that needs no worker, and refusals.
net::HttpResponse Service::answer_at_once(const net::HttpRequest& request) const {
  const Route* route = find_route(request.path);
  if (route == nullptr) {
    const auto known = unserved(request.path);
    if (known.empty()) return openai::error_response(404, fmt::format("no such route: {}", request.path));
    return openai::error_response(501, fmt::format("{} is not served by this version", known));
  }
  if (request.method != route->method && !(request.method == "HEAD" && route->method == "GET")) {
    net::HttpResponse response =
        openai::error_response(405, fmt::format("{} takes {} only", route->path, route->method));
    response.headers.add("Allow", std::string(route->method));
    return response;
  }
  if (route->path == "/health") return health();
  if (route->path == "/live") return live();
  if (route->path == "/v1/models") return model_list();
  if (route->path == "/openapi.json") return json_response(200, openapi_document());
  return {200, {{"Content-Type", std::string(telemetry::kExpositionType)}}, metrics_->expose()};
}

net::HttpResponse Service::live() const {
  if (shutting_down_) return json_response(503, R"({"status":"shutting_down"})");
  return json_response(200, R"({"status":"live","message":"Service is live"})");
}

/// As the operator's readiness check reads it: status 200 and `status` "healthy" once a worker is known.
net::HttpResponse Service::health() const {
  json::array endpoints;
  json::array instances;
  for (const auto& [name, model] : models_.all()) {
    for (const auto& worker : model->workers()) {
      const json::value endpoint(worker->endpoint);
      if (std::ranges::find(endpoints, endpoint) == endpoints.end()) endpoints.push_back(endpoint);
      instances.push_back(worker->record);
    }
  }
  json::object body;
  if (shutting_down_) {
    body["status"] = "shutting_down";
  } else if (endpoints.empty()) {
    body["status"] = "unhealthy";
    body["message"] = "No endpoints available";
  } else {
    body["status"] = "healthy";
  }
  body["endpoints"] = std::move(endpoints);
  body["instances"] = std::move(instances);
  return json_response(shutting_down_ ? 503 : 200, boost::json::serialize(body));
}

net::HttpResponse Service::model_list() const {
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(Clock::system().wall_now().time_since_epoch());
  std::vector<openai::ModelEntry> entries;
  for (const auto& [name, model] : models_.all()) {
    openai::ModelEntry entry;
    entry.id = name;
    entry.created = now.count();
    entry.engine = stand_in_engine(*model);
    entry.max_model_len = context_length(*model);
    entry.tokenizer = tokens_.library().find(name) == nullptr ? "engine" : "frontend";
    entries.push_back(std::move(entry));
  }
  return json_response(200, openai::models_body(entries));
}

net::Task<void> Service::answer_tokens(TokenRoute route, net::HttpRequest* request,
                                       net::HttpResponder* responder) {
  if (requests_ >= options_.max_requests) {
    co_await responder->send(too_many_requests());
    co_return;
  }
  const Counted counted(requests_);
  net::HttpResponse answer = co_await (tokens_.*route)(std::move(request->body));
  co_await responder->send(std::move(answer));
}

net::Task<void> Service::generate(openai::Endpoint endpoint, net::HttpRequest* request,
                                  net::HttpResponder* responder) {
  if (!models_.any_serves(endpoint)) {
    co_await responder->send(empty_not_found());
    co_return;
  }
  if (requests_ >= options_.max_requests) {
    co_await responder->send(too_many_requests());
    co_return;
  }
  const Counted counted(requests_);
  auto wanted = openai::parse_request(endpoint, request->body);
  if (!wanted) {
    co_await responder->send(openai::error_response(wanted.error()));
    co_return;
  }
  const auto model = models_.find(wanted->model);
  if (model == nullptr || !model->serves(endpoint)) {
    co_await responder->send(openai::error_response(openai::model_not_found()));
    co_return;
  }
  RequestObservation observation(*metrics_, wanted->model, endpoint, wanted->stream, loop_.now());
  const auto prompt = co_await tokens_.examine(&*wanted, request->body.size());
  if (!prompt) {
    co_await responder->send(openai::error_response(prompt.error()));
    observation.ended(loop_.now());
    co_return;
  }
  std::string prompt_end;
  if (*prompt) {
    observation.prompt_tokens((*prompt)->tokens());
    prompt_end = (*prompt)->end;
  }
  auto done = co_await forward(std::move(*wanted), std::move(prompt_end), request, responder, &observation);
  if (done) {
    observation.succeeded();
  } else if (request->gone.stop_requested()) {
    observation.client_left();
  }
}

namespace {

/// What the card of any worker says; all that serve a model have the same.
discovery::RuntimeConfig runtime_config(const Model& model) {
  for (const auto& worker : model.workers()) {
    if (worker->card) return worker->card->runtime_config;
  }
  return {};
}

std::uint64_t random_number() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  return random();
}

/// Reads answers for which the model's card names parsers; null for the others. Calls of an answer that is
/// not streamed are told whole, so that a broken one stays as the model wrote it.
std::unique_ptr<AnswerParser> answer_parser(const Model* model, const openai::Request& request,
                                            std::string_view prompt_end) {
  if (model == nullptr) return nullptr;
  parsers::ParserOptions options = parser_options(runtime_config(*model), request, prompt_end);
  options.writer.random = random_number;
  options.writer.arguments = request.stream ? parsers::Arguments::streamed : parsers::Arguments::whole;
  return AnswerParser::make(std::move(options));
}

net::Headers upstream_headers(const net::HttpRequest& request, const std::string& request_id) {
  net::Headers out{{"Content-Type", "application/json"}, {"X-Request-Id", request_id}};
  for (const char* name : {"traceparent", "tracestate", "Authorization"}) {
    if (request.headers.has(name)) out.add(name, std::string(request.headers.get(name)));
  }
  return out;
}

}  // namespace

net::Task<Result<void>> Service::forward(openai::Request wanted, std::string prompt_end,
                                         net::HttpRequest* request, net::HttpResponder* responder,
                                         RequestObservation* observation) {
  const std::string id = request_id(request->headers, wanted.user);
  const bool as_sent = wanted.stream && wanted.include_usage;
  std::string body = as_sent ? std::move(request->body) : openai::streaming_body(wanted);
  request->body = {};
  const auto model = models_.find(wanted.model);
  const auto parser = answer_parser(model.get(), wanted, prompt_end);
  auto upstream = co_await reach_worker(model, wanted.endpoint, upstream_headers(*request, id),
                                        std::move(body), request->gone);
  if (!upstream) {
    co_await responder->send(openai::error_response(upstream.error()));
    observation->ended(loop_.now());
    co_return std::unexpected(std::move(upstream.error()));
  }
  RelayOptions relay_options{.pass_usage = wanted.include_usage, .request_id = id, .parser = parser.get()};
  Result<void> done;
  if (wanted.stream) {
    done = co_await relay_stream(loop_, **upstream, *responder, *observation, std::move(relay_options));
  } else {
    done = co_await relay_unary(loop_, **upstream, *responder, *observation, wanted.endpoint,
                                std::move(relay_options));
  }
  observation->ended(loop_.now());
  co_return done;
}

/// Sends the request to a worker of `model`, to another one when that cannot be reached, and returns its
/// answer once it has begun with status 200. Errors: the engine's own; unavailable when no worker can be
/// reached.
net::Task<Result<std::unique_ptr<net::HttpClientResponse>>> Service::reach_worker(
    std::shared_ptr<Model> model, openai::Endpoint endpoint, net::Headers headers, std::string body,
    std::stop_token gone) {
  std::vector<std::uint64_t> tried;
  Error last{Errc::unavailable, fmt::format("no worker serves {} now: retry shortly", model->name()),
             nullptr};
  while (const auto worker = model->pick(endpoint, tried)) {
    net::HttpClientRequest out;
    out.method = "POST";
    out.url = worker->url;
    if (out.url.target == "/") out.url.target.clear();
    out.url.target += path_of(endpoint);
    out.headers = headers;
    out.body = body;
    out.connect_timeout = kConnectTimeout;
    out.deadline = loop_.now() + kFirstByteTimeout;
    out.idle_timeout = options_.stream_timeout;
    out.stop = gone;
    auto response = co_await client_.send(std::move(out));
    if (response && (*response)->status() == 200) co_return std::move(*response);
    if (response) {
      auto text = co_await (*response)->read_all(kLargestErrorBody);
      last = openai::parse_error((*response)->status(), text.value_or(""));
    } else {
      last = std::move(response.error());
    }
    if (last.code != Errc::unavailable) break;  // asking another would not help
    tried.push_back(worker->instance_id);
  }
  co_return std::unexpected(std::move(last));
}

}  // namespace dynamo::frontend
