#include "frontend/relay.h"

#include "frontend/chunk.h"
#include "net/sse.h"
#include "openai/error_body.h"
#include "openai/event_splitter.h"
#include "openai/event_stream.h"
#include "openai/fold.h"

namespace dynamo::frontend {
namespace {

/// What one read's worth of events amounts to.
struct Batch {
  std::string_view pass;  // whole events to pass on, in one piece
  std::string gathered;   // backs `pass` when events in the middle were left out
  std::uint64_t tokens = 0;
  bool done = false;
  std::optional<Error> failure{};
};

/// Adds `event` to what is passed on; neighbours in memory stay one view.
void pass_on(Batch& batch, std::string_view event) {
  if (batch.pass.empty()) {
    batch.pass = event;
  } else if (batch.gathered.empty() && batch.pass.end() == event.begin()) {
    batch.pass = std::string_view(batch.pass.data(), batch.pass.size() + event.size());
  } else {
    if (batch.gathered.empty()) batch.gathered = batch.pass;
    batch.gathered += event;
    batch.pass = batch.gathered;
  }
}

/// The data of an event, without its framing.
std::string data_of(std::string_view event) {
  net::SseParser parser;
  parser.feed(event);
  net::SseEvent whole;
  return parser.next(whole) ? std::string(whole.data) : std::string();
}

void pass_on_chunks(Batch& batch, const std::vector<std::string>& chunks) {
  if (batch.gathered.empty()) batch.gathered = batch.pass;
  for (const std::string& chunk : chunks) openai::append_event(batch.gathered, chunk);
  batch.pass = batch.gathered;
}

/// Passes on what `parser` makes of `event`; an event without data, as it is.
void pass_on_rewritten(Batch& batch, std::string_view event, AnswerParser& parser) {
  if (!openai::has_data(event)) return pass_on(batch, event);
  pass_on_chunks(batch, parser.rewrite(data_of(event)));
}

Error aborted_error() { return Error{Errc::unavailable, "the engine aborted the request", nullptr}; }
Error broken_error() {
  return Error{Errc::unavailable, "the engine broke off in the middle of the answer", nullptr};
}
Error overflow_error() {
  return Error{Errc::unavailable, "the engine sent an event that is too large", nullptr};
}

void take_event(Batch& batch, std::string_view event, const RelayOptions& options,
                RequestObservation& observation) {
  if (openai::is_done_event(event)) {
    batch.done = true;
    if (options.parser != nullptr) pass_on_chunks(batch, options.parser->finish());
    return;
  }
  const ChunkFacts facts = look_into(event);
  if (facts.aborted) {
    batch.failure = aborted_error();
    return;
  }
  if (facts.usage_only) observation.usage(facts.prompt_tokens, facts.completion_tokens, facts.cached_tokens);
  if (facts.has_text) ++batch.tokens;
  if (facts.usage_only && !options.pass_usage) return;
  if (options.parser != nullptr) {
    pass_on_rewritten(batch, event, *options.parser);
  } else {
    pass_on(batch, event);
  }
}

Batch take_batch(openai::EventSplitter& splitter, const RelayOptions& options,
                 RequestObservation& observation) {
  Batch batch;
  std::string_view event;
  while (!batch.done && !batch.failure && splitter.next(event))
    take_event(batch, event, options, observation);
  if (splitter.overflow()) batch.failure = overflow_error();
  return batch;
}

/// Ends the client's stream with an error event, behind `before` and the text that the parser held back.
net::Task<Result<void>> end_with_error(net::HttpResponder& client, std::string before, AnswerParser* parser,
                                       Error error) {
  if (parser != nullptr) {
    for (const std::string& chunk : parser->finish()) openai::append_event(before, chunk);
  }
  openai::append_error_event(before, error);
  auto sent = co_await client.finish(before);
  if (!sent) co_return sent;
  co_return std::unexpected(std::move(error));
}

net::Headers answer_headers(std::string_view type, const std::string& request_id) {
  net::Headers headers{{"Content-Type", std::string(type)}};
  if (!request_id.empty()) headers.add("X-Request-Id", request_id);
  return headers;
}

/// Reads what is left behind the end mark, so that the connection can serve again.
net::Task<void> drain(net::HttpClientResponse& upstream) {
  for (;;) {
    auto piece = co_await upstream.read();
    if (!piece || piece->empty()) co_return;
  }
}

}  // namespace

net::Task<Result<void>> relay_stream(net::Loop& loop, net::HttpClientResponse& upstream,
                                     net::HttpResponder& client, RequestObservation& observation,
                                     RelayOptions options) {
  net::Headers headers = answer_headers(openai::kEventStreamType, options.request_id);
  headers.add("Cache-Control", "no-cache");
  auto started = co_await client.start(200, std::move(headers));
  if (!started) co_return started;

  openai::EventSplitter splitter;
  for (;;) {
    auto piece = co_await upstream.read();
    if (!piece) co_return co_await end_with_error(client, {}, options.parser, std::move(piece.error()));
    if (piece->empty()) co_return co_await end_with_error(client, {}, options.parser, broken_error());
    splitter.feed(*piece);
    Batch batch = take_batch(splitter, options, observation);
    observation.tokens(batch.tokens, loop.now());
    if (batch.failure) {
      std::string before(batch.pass);
      co_return co_await end_with_error(client, std::move(before), options.parser, std::move(*batch.failure));
    }
    if (batch.done) {
      std::string last(batch.pass);
      last += openai::kDoneEvent;
      auto finished = co_await client.finish(last);
      observation.ended(loop.now());
      if (!finished) co_return finished;
      co_await drain(upstream);
      co_return Result<void>{};
    }
    auto written = co_await client.write(batch.pass);
    if (!written) co_return written;
    splitter.keep_rest();
  }
}

namespace {

Result<void> fold_chunk(openai::Fold& fold, std::string_view data, AnswerParser* parser) {
  if (parser == nullptr) return fold.add(data);
  const bool done = data == openai::kDoneData;
  for (const std::string& chunk : done ? parser->finish() : parser->rewrite(data)) {
    if (auto added = fold.add(chunk); !added) return added;
  }
  return done ? fold.add(data) : Result<void>{};
}

/// Reads to the end mark into `fold`.
net::Task<Result<void>> fold_events(net::Loop& loop, net::HttpClientResponse& upstream, openai::Fold& fold,
                                    RequestObservation& observation, AnswerParser* parser_of_answer) {
  net::SseParser parser;
  while (!fold.done()) {
    auto piece = co_await upstream.read();
    if (!piece) co_return std::unexpected(std::move(piece.error()));
    if (piece->empty()) co_return std::unexpected(broken_error());
    parser.feed(*piece);
    net::SseEvent event;
    std::uint64_t tokens = 0;
    while (parser.next(event)) {
      if (event.data.empty()) continue;
      const ChunkFacts facts = look_into(event.data);
      if (facts.aborted) co_return std::unexpected(aborted_error());
      if (facts.has_text) ++tokens;
      if (facts.usage_only)
        observation.usage(facts.prompt_tokens, facts.completion_tokens, facts.cached_tokens);
      auto added = fold_chunk(fold, event.data, parser_of_answer);
      if (!added) co_return added;
    }
    if (parser.overflow()) co_return std::unexpected(overflow_error());
    observation.tokens(tokens, loop.now());
  }
  co_return Result<void>{};
}

}  // namespace

net::Task<Result<void>> relay_unary(net::Loop& loop, net::HttpClientResponse& upstream,
                                    net::HttpResponder& client, RequestObservation& observation,
                                    openai::Endpoint endpoint, RelayOptions options) {
  openai::Fold fold(endpoint);
  auto folded = co_await fold_events(loop, upstream, fold, observation, options.parser);
  if (!folded) {
    co_await client.send(openai::error_response(folded.error()));
    co_return folded;
  }
  net::HttpResponse response;
  response.headers = answer_headers("application/json", options.request_id);
  response.body = json::dump(fold.take());
  auto sent = co_await client.send(std::move(response));
  observation.ended(loop.now());
  if (!sent) co_return sent;
  co_await drain(upstream);
  co_return Result<void>{};
}

}  // namespace dynamo::frontend
