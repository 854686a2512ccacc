#include <cstdlib>

#include "openai/request.h"

/// Any bytes: parsing either refuses or gives a request whose streaming body parses again to the same model.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto endpoint =
      (data[0] & 1) == 0 ? dynamo::openai::Endpoint::chat : dynamo::openai::Endpoint::completions;
  const std::string_view body(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto request = dynamo::openai::parse_request(endpoint, body);
  if (!request) return 0;
  const auto again = dynamo::openai::parse_request(endpoint, dynamo::openai::streaming_body(*request));
  if (!again || again->model != request->model || !again->stream) std::abort();
  return 0;
}
