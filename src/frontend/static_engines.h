#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "frontend/models.h"
#include "net/http_client.h"
#include "net/loop.h"

namespace dynamo::frontend {

/// OpenAI servers that are named on the command line instead of found by discovery. Each is asked for its
/// models once a second until it answers and every five seconds after that; one that does not answer serves
/// nothing.
class StaticEngines {
 public:
  /// `changed` gets all workers whenever a server comes, goes or changes its models.
  StaticEngines(net::Loop& loop, std::vector<net::Url> urls,
                std::function<void(std::vector<Worker>)> changed);

  /// Asks until `stop`.
  net::Task<void> run(std::stop_token stop);

 private:
  net::Task<void> watch(net::Url url, std::stop_token stop);
  net::Task<std::vector<Worker>> ask(net::Url url, std::stop_token stop);
  net::Loop& loop_;
  std::vector<net::Url> urls_;
  std::function<void(std::vector<Worker>)> changed_;
  net::HttpClient client_;
  std::map<std::string, std::vector<Worker>> by_url_;
};

/// The workers that a server at `url` stands for, read from its answer to GET /v1/models.
/// Errors: invalid, when the body is not a list of models.
Result<std::vector<Worker>> workers_from_models(const net::Url& url, std::string_view body);

}  // namespace dynamo::frontend
