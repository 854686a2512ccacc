#include "worker/openai_routes.h"

#include <array>
#include <random>

#include "openai/answer.h"
#include "openai/error_body.h"
#include "openai/event_stream.h"
#include "telemetry/trace.h"

namespace dynamo::worker {
namespace {

constexpr std::string_view kModelsPath = "/v1/models";
constexpr std::size_t kMaxBody = std::size_t{256} << 20;  // of an answer that is not streamed
constexpr std::size_t kMaxIdLength = 128;

/// What travels with a request to an engine behind HTTP.
constexpr std::array<std::string_view, 4> kForwarded{"x-request-id", "traceparent", "tracestate",
                                                     "authorization"};

std::optional<openai::Endpoint> endpoint_of(std::string_view path) noexcept {
  for (const auto endpoint : {openai::Endpoint::chat, openai::Endpoint::completions}) {
    if (path == openai::path_of(endpoint)) return endpoint;
  }
  return std::nullopt;
}

std::string random_id() {
  static thread_local std::mt19937_64 random{std::random_device{}()};
  return fmt::format("{:016x}{:016x}", random(), random());
}

/// The caller's name for the request where it is fit for one, a new one otherwise.
std::string request_id(const net::Headers& headers) {
  const auto given = headers.get("x-request-id");
  const bool fit = !given.empty() && given.size() <= kMaxIdLength &&
                   std::ranges::all_of(given, [](char c) { return c > ' ' && c < '\x7f'; });
  return fit ? std::string(given) : random_id();
}

net::Headers forwarded(const net::Headers& from) {
  net::Headers out;
  for (const auto name : kForwarded) {
    if (from.has(name)) out.add(std::string(name), std::string(from.get(name)));
  }
  return out;
}

std::string trace_id(const net::Headers& headers) {
  const auto context = telemetry::parse_traceparent(headers.get("traceparent"));
  return context ? telemetry::to_hex(context->trace_id) : std::string{};
}

}  // namespace

/// One request whose answer has begun.
struct OpenAiRoutes::Exchange {
  engine::Answer& answer;
  net::HttpResponder& responder;
  std::string id;
  telemetry::Logger log;
};

/// Counts a request while it is under way.
class OpenAiRoutes::InFlight {
 public:
  explicit InFlight(OpenAiRoutes& routes) : routes_(routes), began_(routes.clock_.now()) {
    ++routes_.in_flight_;
    routes_.last_traffic_ = began_;
    routes_.metrics_.inflight.add(1);
  }
  ~InFlight() {
    --routes_.in_flight_;
    routes_.last_traffic_ = routes_.clock_.now();
    routes_.metrics_.inflight.add(-1);
    routes_.metrics_.duration.observe(std::chrono::duration<double>(routes_.last_traffic_ - began_).count());
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

 private:
  OpenAiRoutes& routes_;
  TimePoint began_;
};

OpenAiRoutes::OpenAiRoutes(OpenAiRoutesOptions options, engine::Engine& engine, WorkerMetrics& metrics,
                           telemetry::Logger log, const Clock& clock)
    : options_(std::move(options)),
      engine_(engine),
      metrics_(metrics),
      log_(std::move(log)),
      clock_(clock),
      last_traffic_(clock.now()) {}

bool OpenAiRoutes::serves(std::string_view path) noexcept {
  return path == kModelsPath || endpoint_of(path).has_value();
}

net::Task<void> OpenAiRoutes::handle(net::HttpRequest& request, net::HttpResponder& responder) {
  const auto endpoint = endpoint_of(request.path);
  const std::string_view method = endpoint ? "POST" : "GET";
  if (request.method != method) {
    net::HttpResponse wrong =
        openai::error_response(405, fmt::format("{} takes {} only", request.path, method));
    wrong.headers.set("Allow", std::string(method));
    co_await responder.send(std::move(wrong));
    co_return;
  }
  if (!endpoint) {
    co_await responder.send(models());
    co_return;
  }
  if (const auto refused = admit()) {
    metrics_.rejected.add();
    co_await responder.send(openai::error_response(*refused));
    co_return;
  }
  const InFlight guard(*this);
  metrics_.issued.add();
  const Outcome outcome = co_await serve(*endpoint, request, responder);
  switch (outcome) {
    case Outcome::success:
      metrics_.succeeded.add();
      break;
    case Outcome::failed:
      metrics_.failed.add();
      break;
    case Outcome::cancelled:
      metrics_.cancelled.add();
      break;
  }
}

net::HttpResponse OpenAiRoutes::models() const {
  const std::array entries{
      openai::ModelEntry{.id = options_.model,
                         .created = std::chrono::system_clock::to_time_t(clock_.wall_now()),
                         .owner = engine_.info().kind}};
  return {
      .status = 200, .headers = {{"Content-Type", "application/json"}}, .body = openai::models_body(entries)};
}

std::optional<Error> OpenAiRoutes::admit() const {
  if (state_ == State::starting) return Error{Errc::unavailable, "the engine is not ready yet", nullptr};
  if (state_ == State::draining) return Error{Errc::unavailable, "the worker is shutting down", nullptr};
  if (in_flight_ < options_.max_requests) return std::nullopt;
  return Error{Errc::unavailable, fmt::format("the worker has {} requests, as many as it takes", in_flight_),
               nullptr};
}

Result<engine::Generate> OpenAiRoutes::read(openai::Endpoint endpoint, net::HttpRequest& request) const {
  const auto wanted =
      endpoint == openai::Endpoint::chat ? discovery::ModelType::chat : discovery::ModelType::completions;
  if (!options_.types.contains(wanted) && !options_.types.contains(discovery::ModelType::prefill)) {
    return fail(Errc::not_found, fmt::format("this worker does not serve {}", request.path));
  }
  auto parsed = openai::parse_request(endpoint, request.body);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  const auto& own = engine_.info().models;
  if (parsed->model != options_.model && std::ranges::find(own, parsed->model) == own.end()) {
    return std::unexpected(openai::model_not_found());
  }
  return engine::Generate{.request = std::move(*parsed),
                          .body = std::move(request.body),
                          .id = request_id(request.headers),
                          .headers = forwarded(request.headers),
                          .stop = request.gone};
}

net::Task<OpenAiRoutes::Outcome> OpenAiRoutes::serve(openai::Endpoint endpoint, net::HttpRequest& request,
                                                     net::HttpResponder& responder) {
  metrics_.requests.add();
  metrics_.request_bytes.add(request.body.size());
  auto wanted = read(endpoint, request);
  if (!wanted) {
    const Outcome refused = co_await refuse(Failure::deserialization, std::move(wanted.error()), responder);
    co_return refused;
  }
  const std::string id = wanted->id;
  const telemetry::Logger log =
      log_.with_fields({{"request_id", id}, {"trace_id", trace_id(request.headers)}});
  metrics_.started.add();
  auto answer = co_await engine_.generate(std::move(*wanted));
  if (!answer) {
    const Outcome refused = co_await refuse(Failure::generate, std::move(answer.error()), responder);
    co_return refused;
  }
  // The head goes out with the first piece, so that a failure before it still gets its own status.
  auto first = co_await (*answer)->next();
  if (!first) {
    log.warn("no answer from the engine", {{"error", first.error().message}});
    const Outcome refused = co_await refuse(Failure::generate, std::move(first.error()), responder);
    co_return refused;
  }
  const bool is_stream = (*answer)->content_type().starts_with(openai::kEventStreamType);
  Exchange exchange{**answer, responder, id, log};
  auto relaying =
      is_stream ? relay_stream(std::move(exchange), *first) : relay_body(std::move(exchange), *first);
  const Outcome outcome = co_await std::move(relaying);
  co_return outcome;
}

net::Task<OpenAiRoutes::Outcome> OpenAiRoutes::refuse(Failure failure, Error error,
                                                      net::HttpResponder& responder) {
  if (error.code == Errc::cancelled) co_return Outcome::cancelled;
  metrics_.count_error(failure);
  co_await responder.send(openai::error_response(error));
  co_return Outcome::failed;
}

/// A stream that fails gets an error event, and its connection is cut: whoever reads it cannot take it for
/// complete.
net::Task<OpenAiRoutes::Outcome> OpenAiRoutes::relay_stream(Exchange exchange, std::string_view first) {
  net::HttpResponder& responder = exchange.responder;
  net::Headers headers{{"Content-Type", std::string(exchange.answer.content_type())},
                       {"Cache-Control", "no-cache"},
                       {"X-Request-Id", exchange.id}};
  const auto begun = co_await responder.start(exchange.answer.status(), std::move(headers));
  if (!begun) co_return Outcome::cancelled;
  Result<std::string_view> piece = first;
  while (piece && !piece->empty()) {
    metrics_.response_bytes.add(piece->size());
    const auto written = co_await responder.write(*piece);
    if (!written) {
      metrics_.count_error(Failure::publish_response);
      co_return Outcome::cancelled;
    }
    piece = co_await exchange.answer.next();
  }
  if (!piece) {
    if (piece.error().code == Errc::cancelled) co_return Outcome::cancelled;
    exchange.log.warn("the engine's answer broke off", {{"error", piece.error().message}});
    metrics_.count_error(Failure::response_stream);
    std::string event;
    openai::append_error_event(event, piece.error());
    co_await responder.write(event);
    co_return Outcome::failed;
  }
  const auto finished = co_await responder.finish();
  if (!finished) metrics_.count_error(Failure::publish_final);
  co_return finished ? Outcome::success : Outcome::cancelled;
}

net::Task<OpenAiRoutes::Outcome> OpenAiRoutes::relay_body(Exchange exchange, std::string_view first) {
  net::HttpResponse response{.status = exchange.answer.status(),
                             .headers = {{"Content-Type", std::string(exchange.answer.content_type())},
                                         {"X-Request-Id", exchange.id}},
                             .body = {}};
  Result<std::string_view> piece = first;
  while (piece && !piece->empty()) {
    response.body += *piece;
    if (response.body.size() > kMaxBody) piece = fail(Errc::too_large, "the engine's answer is too large");
    if (piece) piece = co_await exchange.answer.next();
  }
  if (!piece) {
    exchange.log.warn("the engine's answer broke off", {{"error", piece.error().message}});
    const Outcome refused =
        co_await refuse(Failure::response_stream, std::move(piece.error()), exchange.responder);
    co_return refused;
  }
  const bool good = response.status < 400;
  metrics_.response_bytes.add(response.body.size());
  if (!good) metrics_.count_error(Failure::generate);
  const auto sent = co_await exchange.responder.send(std::move(response));
  if (!sent) co_return Outcome::cancelled;
  co_return good ? Outcome::success : Outcome::failed;
}

}  // namespace dynamo::worker
