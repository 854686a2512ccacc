#include "frontend/token_service.h"

#include "openai/error_body.h"

namespace dynamo::frontend {
namespace {

constexpr std::size_t kSideThreads = 4;

net::HttpResponse answer_with(Result<std::string> body) {
  if (!body) return openai::error_response(body.error());
  return {200, {{"Content-Type", "application/json"}}, std::move(*body)};
}

}  // namespace

std::uint64_t context_length(const Model& model) {
  for (const auto& worker : model.workers()) {
    if (worker->card && worker->card->context_length > 0) return worker->card->context_length;
  }
  return 0;
}

TokenService::TokenService(net::Loop& loop, const Options& options, Metrics& metrics, const Models& models,
                           telemetry::Logger log)
    : metrics_(metrics),
      models_(models),
      library_(loop, options, std::move(log)),
      side_(loop, kSideThreads) {}

Result<TokenService::Chosen> TokenService::choose(const std::string& model) const {
  const auto& all = models_.all();
  if (model.empty() && all.size() > 1) {
    return openai::invalid_field("model", fmt::format("`model` is required: there are {}", all.size()));
  }
  const auto found = model.empty() && !all.empty() ? all.begin()->second : models_.find(model);
  if (found == nullptr) return std::unexpected(openai::model_not_found());
  switch (library_.state(found->name())) {
    case ModelLibrary::State::reading:
      return fail(Errc::unavailable,
                  fmt::format("the tokenizer of {} is being read: retry shortly", found->name()));
    case ModelLibrary::State::passed_through:
      return fail(Errc::unsupported, fmt::format("{} is tokenized by its engine alone: {}", found->name(),
                                                 library_.reason(found->name())));
    case ModelLibrary::State::ready:
      break;
  }
  return Chosen{found, library_.find(found->name())};
}

TokenService::Place TokenService::place_for(std::size_t body_size) {
  return body_size > kShortBody ? Place::beside : Place::here;
}

TokenService::Place TokenService::place_for(std::size_t body_size, const ModelFiles& files) {
  const std::size_t is_short = files.tokenizer->searches_patterns() ? kShortSearchedBody : kShortBody;
  return body_size > is_short ? Place::beside : Place::here;
}

net::Task<void> TokenService::run(Place place, std::move_only_function<void()> work) {
  if (place == Place::beside) {
    co_await side_.run(std::move(work));
  } else {
    work();
  }
}

/// The same, and observes how long it took.
net::Task<void> TokenService::run_timed(Place place, std::string_view operation,
                                        std::move_only_function<void()> work) {
  std::chrono::duration<double, std::milli> took{};
  auto timed = [&took, &work] {
    const auto start = std::chrono::steady_clock::now();
    work();
    took = std::chrono::steady_clock::now() - start;
  };
  co_await run(place, std::ref(timed));
  metrics_.observe_tokenizer(operation, took.count());
}

template <class T, class Render>
net::Task<void> TokenService::render_timed(Place place, Result<T>& out, const Render& render) {
  const jinja::Options options{.now = Clock::system().wall_now()};
  if (place == Place::here) {
    jinja::Options few = options;
    few.limits.steps = kShortSteps;
    auto try_here = [&] { out = render(few); };
    co_await run_timed(Place::here, "tokenize", std::ref(try_here));
    if (out || out.error().code != Errc::timeout) co_return;
  }
  auto work = [&] { out = render(options); };
  co_await run_timed(Place::beside, "tokenize", std::ref(work));
}

net::Task<net::HttpResponse> TokenService::tokenize(std::string body) {
  Result<TokenizeRequest> request;
  auto parse = [&] { request = parse_tokenize_request(body); };
  co_await run(place_for(body.size()), std::ref(parse));
  if (!request) co_return openai::error_response(request.error());
  const auto chosen = choose(request->model);
  if (!chosen) co_return openai::error_response(chosen.error());
  const std::uint64_t limit = context_length(*chosen->model);
  Result<std::string> answer;
  auto work = [&](const jinja::Options& options) {
    return tokenize_answer(*chosen->files, *request, limit, options);
  };
  co_await render_timed(place_for(body.size(), *chosen->files), answer, work);
  co_return answer_with(std::move(answer));
}

net::Task<net::HttpResponse> TokenService::detokenize(std::string body) {
  Result<DetokenizeRequest> request;
  auto parse = [&] { request = parse_detokenize_request(body); };
  co_await run(place_for(body.size()), std::ref(parse));
  if (!request) co_return openai::error_response(request.error());
  const auto chosen = choose(request->model);
  if (!chosen) co_return openai::error_response(chosen.error());
  Result<std::string> answer;
  auto work = [&] { answer = detokenize_answer(*chosen->files, *request); };
  co_await run_timed(place_for(body.size(), *chosen->files), "detokenize", std::ref(work));
  co_return answer_with(std::move(answer));
}

net::Task<Result<std::optional<PromptFacts>>> TokenService::examine(const openai::Request* request,
                                                                    std::size_t body_size) {
  const auto model = models_.find(request->model);
  const auto files = library_.find(request->model);
  if (model == nullptr || files == nullptr) co_return std::optional<PromptFacts>{};
  Result<std::optional<PromptFacts>> facts;
  auto work = [&](const jinja::Options& options) { return prompt_facts(*files, *request, options); };
  co_await render_timed(place_for(body_size, *files), facts, work);
  if (!facts || !*facts) co_return facts;
  auto fits = check_context((*facts)->lengths, context_length(*model), request->endpoint);
  if (!fits) co_return std::unexpected(std::move(fits.error()));
  co_return facts;
}

}  // namespace dynamo::frontend
