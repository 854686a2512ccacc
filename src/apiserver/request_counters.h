#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

namespace dynamo::apiserver {

/// `apiserver_request_total{verb,resource,code}`: label values are verbs and resources that the server knows,
/// so their number is bounded.
class RequestCounters {
 public:
  void count(const std::string& verb, const std::string& resource, int code) {
    ++counts_[{verb, resource, code}];
  }
  /// In the Prometheus text format.
  std::string text() const;

 private:
  std::map<std::tuple<std::string, std::string, int>, std::uint64_t> counts_;
};

}  // namespace dynamo::apiserver
