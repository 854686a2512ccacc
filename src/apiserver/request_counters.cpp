#include "apiserver/request_counters.h"

#include <fmt/format.h>

namespace dynamo::apiserver {

std::string RequestCounters::text() const {
  std::string out =
      "# HELP apiserver_request_total Requests answered, by verb, resource and HTTP code.\n"
      "# TYPE apiserver_request_total counter\n";
  for (const auto& [labels, count] : counts_) {
    const auto& [verb, resource, code] = labels;
    out += fmt::format("apiserver_request_total{{verb=\"{}\",resource=\"{}\",code=\"{}\"}} {}\n", verb,
                       resource, code, count);
  }
  return out;
}

}  // namespace dynamo::apiserver
