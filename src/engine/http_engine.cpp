#include "engine/http_engine.h"

#include "engine/stream_guard.h"
#include "openai/event_stream.h"

namespace dynamo::engine {
namespace {

constexpr Duration kProbeTimeout = std::chrono::seconds{2};
constexpr Duration kMetricsTimeout = std::chrono::seconds{2};
constexpr std::size_t kMaxControlBody = std::size_t{16} << 20;

/// Headers of an answer's body that a stream has.
bool is_event_stream(const net::Headers& headers) {
  return headers.get("Content-Type").starts_with(openai::kEventStreamType);
}

/// vLLM says `max_model_len`, llama.cpp `meta.n_ctx`.
std::uint64_t context_length_of(const json::value& model) {
  const auto vllm = json::int_at(model, {"max_model_len"});
  const auto llama = json::int_at(model, {"meta", "n_ctx"});
  return static_cast<std::uint64_t>(std::max<std::int64_t>(vllm.value_or(llama.value_or(0)), 0));
}

}  // namespace

Result<net::Url> parse_engine_url(std::string_view text) {
  auto url = net::Url::parse(text);
  if (!url) return context("the engine's URL", std::move(url.error()));
  while (url->target.ends_with('/')) url->target.pop_back();
  if (url->target.ends_with("/v1")) url->target.resize(url->target.size() - 3);
  return url;
}

std::string body_for_model(const Generate& request, const std::string& model) {
  if (request.request.model == model) return request.body;
  json::object body = request.request.body;
  body["model"] = model;
  return json::dump(body);
}

/// Passes on what the server says. Streams are watched; other answers are bytes.
class HttpEngine::RelayedAnswer final : public Answer {
 public:
  RelayedAnswer(HttpEngine& engine, std::unique_ptr<net::HttpClientResponse> response)
      : engine_(engine),
        response_(std::move(response)),
        is_stream_(response_->status() == 200 && is_event_stream(response_->headers())),
        content_type_(response_->headers().get("Content-Type")),
        heard_(engine.loop_.now()) {}

  int status() const noexcept override { return response_->status(); }
  std::string_view content_type() const noexcept override { return content_type_; }

  net::Task<Result<std::string_view>> next() override {
    for (;;) {
      const auto bytes = co_await response_->read();
      if (!bytes || !is_stream_) co_return bytes;
      if (bytes->empty()) co_return end();
      const auto events = guard_.pass(*bytes);
      if (!events || openai::has_data(*events)) {
        heard_ = engine_.loop_.now();
        co_return events;
      }
      if (engine_.loop_.now() - heard_ > engine_.options_.idle_timeout) {
        co_return fail(Errc::timeout, "the engine sent nothing but comments for too long");
      }
    }
  }

 private:
  Result<std::string_view> end() const {
    if (!guard_.done()) return fail(Errc::unavailable, "the engine broke its answer off");
    return std::string_view{};
  }

  HttpEngine& engine_;
  std::unique_ptr<net::HttpClientResponse> response_;
  bool is_stream_;
  std::string content_type_;
  StreamGuard guard_;
  TimePoint heard_;
};

HttpEngine::HttpEngine(net::Loop& loop, HttpEngineOptions options)
    : loop_(loop), options_(std::move(options)), client_(loop) {}

net::HttpClientRequest HttpEngine::request_to(std::string_view path, Duration timeout) const {
  net::HttpClientRequest request;
  request.url = options_.url;
  request.url.target = options_.url.target + std::string(path);
  request.deadline = loop_.now() + timeout;
  request.connect_timeout = options_.connect_timeout;
  return request;
}

net::Task<Result<std::string>> HttpEngine::get(std::string path, Duration timeout, std::stop_token stop) {
  net::HttpClientRequest request = request_to(path, timeout);
  request.idle_timeout = timeout;
  request.stop = std::move(stop);
  auto response = co_await client_.send(std::move(request));
  if (!response) co_return std::unexpected(std::move(response.error()));
  auto body = co_await (*response)->read_all(kMaxControlBody);
  if (!body) co_return std::unexpected(std::move(body.error()));
  const int status = (*response)->status();
  if (status != 200) co_return fail(errc_from_http(status), fmt::format("{} answered {}", path, status));
  co_return std::move(*body);
}

/// One question whether the server can answer.
net::Task<Result<void>> HttpEngine::probe(std::stop_token stop) {
  const auto answer = co_await get(probe_path_, kProbeTimeout, stop);
  if (!answer && answer.error().code == Errc::not_found && probe_path_ == "/health") {
    probe_path_ = "/v1/models";
    const auto models = co_await get(probe_path_, kProbeTimeout, stop);
    if (!models) co_return std::unexpected(models.error());
    co_return Result<void>{};
  }
  if (!answer) co_return std::unexpected(answer.error());
  co_return Result<void>{};
}

net::Task<Result<void>> HttpEngine::start(std::stop_token stop) {
  const auto deadline =
      options_.ready_timeout ? std::optional(loop_.now() + *options_.ready_timeout) : std::nullopt;
  for (;;) {
    const auto answered = co_await probe(stop);
    if (answered) break;
    if (stop.stop_requested()) co_return fail(Errc::cancelled, "stopped while waiting for the engine");
    if (deadline && loop_.now() >= *deadline) {
      co_return context(fmt::format("the engine at {} did not become ready", options_.url.authority()),
                        answered.error());
    }
    const bool go_on = co_await loop_.sleep_for(options_.ready_interval, stop);
    if (!go_on) co_return fail(Errc::cancelled, "stopped while waiting for the engine");
  }
  co_await read_models(stop);
  co_return Result<void>{};
}

/// The names and the context length that the server tells; one that tells nothing is taken as it is.
net::Task<void> HttpEngine::read_models(std::stop_token stop) {
  const auto body = co_await get("/v1/models", kProbeTimeout, stop);
  if (!body) co_return;
  const auto parsed = json::parse(*body);
  const auto* list = parsed ? json::find(*parsed, {"data"}) : nullptr;
  if (list == nullptr || !list->is_array()) co_return;
  for (const auto& model : list->get_array()) {
    const auto name = json::string_at(model, {"id"});
    if (!name.empty()) info_.models.emplace_back(name);
    if (info_.context_length == 0) info_.context_length = context_length_of(model);
  }
}

net::Task<Result<std::unique_ptr<Answer>>> HttpEngine::generate(Generate request) {
  net::HttpClientRequest call = request_to(openai::path_of(request.request.endpoint), options_.head_timeout);
  const bool knows_name =
      info_.models.empty() || std::ranges::find(info_.models, request.request.model) != info_.models.end();
  call.method = "POST";
  call.headers = request.headers;
  call.headers.set("Content-Type", "application/json");
  call.body = knows_name ? std::move(request.body) : body_for_model(request, info_.models.front());
  call.idle_timeout = options_.idle_timeout;
  call.stop = request.stop;
  auto response = co_await client_.send(std::move(call));
  if (!response) co_return context("asking the engine", std::move(response.error()));
  std::unique_ptr<Answer> answer = std::make_unique<RelayedAnswer>(*this, std::move(*response));
  co_return answer;
}

net::Task<Result<void>> HttpEngine::check() {
  auto answered = co_await probe({});
  co_return answered;
}

net::Task<std::string> HttpEngine::metrics() {
  const auto body = co_await get("/metrics", kMetricsTimeout, {});
  co_return body ? *body : std::string{};
}

}  // namespace dynamo::engine
