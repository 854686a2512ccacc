// A paced engine that speaks OpenAI's HTTP API: one thread, one epoll, one "engine" per port.
//
// It frames a stream as vLLM does: headers and the role chunk leave with the first token, then one event per
// token in an HTTP chunk of its own, about 180 bytes; `finish_reason` comes with the last token, then [DONE].
// It looks for keys in the request and does not parse JSON. `mock_ttft_us` and `mock_itl_us` in a request
// override its pace. GET /stats tells what each engine has done.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <csignal>
#include <cstdio>

#include "load/mock_server.h"

int main(int argc, char** argv) {
  CLI::App app("A paced engine that speaks OpenAI's HTTP API");
  dynamo::bench::MockOptions options;
  app.add_option("--ports", options.ports, "one engine on each, on 127.0.0.1")->delimiter(',');
  app.add_option("--tokens", options.defaults.tokens, "tokens of an answer when a request does not say");
  app.add_option("--first-token-us", options.defaults.first_token_us);
  app.add_option("--token-gap-us", options.defaults.token_gap_us, "0: all tokens at once");
  app.add_option("--burst", options.burst, "tokens per gap");
  app.add_option("--model", options.defaults.model);
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGPIPE, SIG_IGN);
  dynamo::bench::MockServer server(options);
  if (!server.listen()) {
    std::perror("mock_engine: listen");
    return 1;
  }
  std::fprintf(stderr, "mock_engine: ready\n");
  server.run();
}
