#include "worker/worker.h"

#include "openai/error_body.h"
#include "telemetry/exposition.h"

namespace dynamo::worker {
namespace {

net::HttpServerOptions server_options(const WorkerOptions& options) {
  net::HttpServerOptions out;
  out.max_body = options.max_body;
  out.refuse = [](int status, std::string message) { return openai::error_response(status, message); };
  return out;
}

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

}  // namespace

std::unique_ptr<engine::Engine> make_engine(net::Loop& loop, const EngineOptions& options) {
  using std::make_unique;
  return std::visit(
      Overloaded{[&](const engine::MockOptions& mock) -> std::unique_ptr<engine::Engine> {
                   return make_unique<engine::MockEngine>(loop, mock, make_unique<engine::LoopPacer>(loop));
                 },
                 [&](const engine::EchoOptions& echo) -> std::unique_ptr<engine::Engine> {
                   return make_unique<engine::EchoEngine>(echo, make_unique<engine::LoopPacer>(loop));
                 },
                 [&](const engine::HttpEngineOptions& http) -> std::unique_ptr<engine::Engine> {
                   return make_unique<engine::HttpEngine>(loop, http);
                 },
                 [&](const engine::SupervisedEngineOptions& supervised) -> std::unique_ptr<engine::Engine> {
                   return make_unique<engine::SupervisedEngine>(loop, supervised);
                 }},
      options);
}

discovery::ModelCard make_model_card(const WorkerOptions& options, const engine::EngineInfo& info) {
  const auto known = [](std::uint64_t number) { return number > 0 ? std::optional(number) : std::nullopt; };
  discovery::ModelCard card;
  card.display_name = options.model;
  card.source_path = options.source_path;
  card.context_length = options.context_length > 0 ? options.context_length : info.context_length;
  card.kv_cache_block_size = info.block_size;
  card.migration_limit = options.migration_limit;
  card.model_type = options.types;
  card.model_input = discovery::ModelInput::text;
  card.runtime_config.total_kv_blocks = known(info.total_blocks);
  card.runtime_config.max_num_seqs = known(info.max_sequences);
  card.runtime_config.max_num_batched_tokens = known(info.max_batched_tokens);
  card.runtime_config.tool_call_parser = options.tool_call_parser;
  card.runtime_config.reasoning_parser = options.reasoning_parser;
  card.runtime_config.extra["engine"] = info.kind;
  return card;
}

bool leaves_service(const Error& error, int failures) noexcept {
  constexpr int kPatience = 3;
  return error.code != Errc::timeout || failures >= kPatience;
}

Worker::Worker(net::Loop& loop, WorkerOptions options, std::unique_ptr<engine::Engine> engine,
               discovery::Discovery& discovery, telemetry::Logger log, const Clock& clock)
    : loop_(loop),
      options_(std::move(options)),
      engine_(std::move(engine)),
      discovery_(discovery),
      log_(std::move(log)),
      clock_(clock),
      status_(options_.status, clock),
      metrics_(options_.name, options_.model),
      routes_({options_.model, options_.types, options_.max_requests}, *engine_, metrics_, log_, clock),
      server_(
          loop,
          [this](net::HttpRequest& request, net::HttpResponder& responder) {
            return handle(request, responder);
          },
          server_options(options_)),
      over_(loop),
      tasks_(loop) {
  status_.set_ready(options_.name.endpoint, false);
  status_.serve_metrics([this] { return metrics_text(); });
  status_.serve_metadata([this] { return metadata_text(); });
  engine_->on_ended([this](Error why) {
    engine_ended_ = std::move(why);
    over_.set();
  });
}

Worker::~Worker() = default;

Result<net::Endpoint> Worker::listen() {
  auto bound = server_.listen(options_.listen);
  if (!bound) return context("the worker's port", std::move(bound.error()));
  address_ = "http://" + net::Endpoint{options_.advertise_host, bound->port}.to_string();
  log_.info("listening", {{"address", bound->to_string()}, {"registered_as", address_}});
  return bound;
}

net::Task<void> Worker::handle(net::HttpRequest& request, net::HttpResponder& responder) {
  if (OpenAiRoutes::serves(request.path)) {
    co_await routes_.handle(request, responder);
    co_return;
  }
  net::HttpResponse response = co_await status_.answer(request);
  co_await responder.send(std::move(response));
}

net::Task<std::string> Worker::metrics_text() {
  metrics_.uptime.set(std::chrono::duration<double>(status_.uptime()).count());
  if (const auto load = engine_->load()) metrics_.set_load(*load);
  std::string out = metrics_.registry().expose();
  const std::string engine_text = co_await engine_->metrics();
  out += telemetry::inject_labels(engine_text, metrics_.labels());
  co_return out;
}

net::Task<std::string> Worker::metadata_text() { co_return json::dump(discovery::to_metadata(published_)); }

net::Task<Result<void>> Worker::run(std::stop_token stop, std::stop_token hurry) {
  auto started = co_await start_engine(stop);
  if (started) {
    co_await set_serving(true);
    tasks_.spawn(watch_health());
    co_await over_.wait(stop);
  }
  co_await shut_down(hurry);
  if (engine_ended_) co_return std::unexpected(*engine_ended_);
  if (!started && started.error().code != Errc::cancelled) co_return started;
  co_return Result<void>{};
}

net::Task<Result<void>> Worker::start_engine(std::stop_token stop) {
  const TimePoint began = clock_.now();
  auto started = co_await engine_->start(stop);
  if (!started) co_return started;
  const double seconds = std::chrono::duration<double>(clock_.now() - began).count();
  metrics_.model_load_time.set(seconds);
  log_.info("engine is ready",
            {{"engine", engine_->info().kind}, {"model", options_.model}, {"seconds", seconds}});
  co_return started;
}

net::Task<Result<void>> Worker::publish() {
  const discovery::InstanceId id = discovery_.instance_id();
  const discovery::Record instance = discovery::Instance{options_.name, id, address_};
  const discovery::Record model =
      discovery::ModelRecord{options_.name, id, make_model_card(options_, engine_->info())};
  for (const discovery::Record& record : {instance, model}) {
    published_.insert_or_assign(discovery::key_of(record), record);
    auto done = co_await discovery_.publish(record);
    if (!done) co_return done;
  }
  co_return Result<void>{};
}

net::Task<void> Worker::withdraw() {
  const discovery::Snapshot leaving = std::exchange(published_, {});
  for (const auto& [key, record] : leaving) {
    const auto done = co_await discovery_.withdraw(key);
    if (!done) log_.warn("not withdrawn", {{"key", key}, {"error", done.error().message}});
  }
}

/// Enters or leaves service: discovery, readiness and the routes together. What fails is tried again with the
/// next look at the engine's health.
net::Task<void> Worker::set_serving(bool serving) {
  if (serving == serving_) co_return;
  if (!serving) {
    serving_ = false;
    status_.set_ready(options_.name.endpoint, false);
    co_await withdraw();
    co_return;
  }
  routes_.set_state(OpenAiRoutes::State::serving);
  const auto published = co_await publish();
  if (!published) {
    log_.warn("not registered", {{"error", published.error().message}});
    co_await withdraw();
    co_return;
  }
  serving_ = true;
  status_.set_ready(options_.name.endpoint, true);
  log_.info("serving", {{"model", options_.model},
                        {"endpoint", options_.name.to_string()},
                        {"instance_id", discovery_.instance_id().get()},
                        {"address", address_}});
}

net::Task<void> Worker::watch_health() {
  const std::stop_token stop = tasks_.stop_token();
  int failures = 0;
  for (;;) {
    const bool go_on = co_await loop_.sleep_for(options_.health_interval, stop);
    if (!go_on) co_return;
    const auto healthy = co_await examine();
    if (stop.stop_requested()) co_return;
    failures = healthy ? 0 : failures + 1;
    if (!healthy && serving_) {
      log_.warn("engine does not answer", {{"error", healthy.error().message}, {"failures", failures}});
    }
    if (healthy || leaves_service(healthy.error(), failures)) co_await set_serving(healthy.has_value());
  }
}

net::Task<Result<void>> Worker::examine() {
  auto checked = co_await engine_->check();
  if (!checked || !canary_due()) co_return checked;
  auto canary = co_await send_canary();
  co_return canary;
}

bool Worker::canary_due() const {
  return options_.canary && routes_.in_flight() == 0 &&
         clock_.now() - routes_.last_traffic() >= options_.canary->idle;
}

/// One token through the whole engine, within the time allowed.
net::Task<Result<void>> Worker::send_canary() {
  const bool chat = options_.types.contains(discovery::ModelType::chat);
  json::object body{{"model", options_.model}, {"max_tokens", 1}};
  if (chat) {
    body["messages"] = json::array{json::object{{"role", "user"}, {"content", "ping"}}};
  } else {
    body["prompt"] = "ping";
  }
  const std::string text = json::dump(body);
  auto request = openai::parse_request(chat ? openai::Endpoint::chat : openai::Endpoint::completions, text);
  if (!request) co_return std::unexpected(std::move(request.error()));

  std::stop_source late;
  net::Loop::Timer timer(loop_, [&late] { late.request_stop(); });
  timer.arm(loop_.now() + options_.canary->timeout);
  engine::Generate generate{
      .request = std::move(*request), .body = text, .id = "canary", .headers = {}, .stop = late.get_token()};
  auto answer = co_await engine_->generate(std::move(generate));
  if (!answer) co_return context("canary request", std::move(answer.error()));
  if ((*answer)->status() != 200) {
    co_return fail(Errc::unavailable,
                   fmt::format("canary request: the engine answered {}", (*answer)->status()));
  }
  const auto piece = co_await (*answer)->next();
  if (!piece) co_return context("canary request", piece.error());
  co_return Result<void>{};
}

/// In the order that loses nothing: leave discovery, let frontends notice, take no more, let requests end.
net::Task<void> Worker::shut_down(std::stop_token hurry) {
  tasks_.request_stop();
  co_await tasks_.join();
  const bool lost = engine_ended_.has_value();
  log_.info("shutting down", {{"requests", routes_.in_flight()}});
  co_await withdraw();
  if (serving_ && !lost) co_await loop_.sleep_for(options_.grace_period, hurry);
  routes_.set_state(OpenAiRoutes::State::draining);
  status_.set_ready(options_.name.endpoint, false);
  const Duration drain = lost || hurry.stop_requested() ? Duration::zero() : options_.drain_timeout;
  co_await server_.stop(loop_.now() + drain);
  co_await engine_->stop();
  log_.info("stopped");
}

}  // namespace dynamo::worker
