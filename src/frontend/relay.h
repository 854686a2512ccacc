#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "frontend/answer_parser.h"
#include "frontend/metrics.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "net/loop.h"
#include "openai/request.h"

namespace dynamo::frontend {

/// How an engine's streamed answer is passed on.
struct RelayOptions {
  bool pass_usage = false;         // the client asked for the usage chunk; otherwise it is left out
  std::string request_id;          // echoed in X-Request-Id
  AnswerParser* parser = nullptr;  // rewrites the chunks; null: they pass unchanged
};

/// Passes the events of `upstream` on as they come: one write per read, in whole events, bytes unchanged
/// unless there is a parser. The usage chunk is read for the metrics and dropped unless asked for. An answer
/// that breaks off, or that the engine aborts, ends with an error event, so that a client cannot take it for
/// complete. Errors: what ended it early; the answer to the client has then been given as far as that is
/// possible.
net::Task<Result<void>> relay_stream(net::Loop& loop, net::HttpClientResponse& upstream,
                                     net::HttpResponder& client, RequestObservation& observation,
                                     RelayOptions options);

/// Reads the events of `upstream` to the end and answers with the one body that they fold into.
net::Task<Result<void>> relay_unary(net::Loop& loop, net::HttpClientResponse& upstream,
                                    net::HttpResponder& client, RequestObservation& observation,
                                    openai::Endpoint endpoint, RelayOptions options);

}  // namespace dynamo::frontend
