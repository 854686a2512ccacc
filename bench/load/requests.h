#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dynamo::bench {

/// What the generated requests look like.
struct RequestShape {
  std::string path = "/v1/chat/completions";
  std::string model = "mock";
  bool stream = true;
  bool ask_for_usage = false;
  int tokens = 128;      // max_tokens
  int words = 32;        // of a prompt's own, after an id that makes it unique
  int prefix_words = 0;  // of a beginning shared within a group
  int prefix_groups = 1;
  int bodies = 1024;  // different requests; sent in turn
  std::string extra;  // further JSON members, without braces
  std::uint64_t seed = 1;
};

/// Complete HTTP requests, ready to send.
std::vector<std::string> make_requests(const RequestShape& shape, int port);

}  // namespace dynamo::bench
