#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "apiserver/authenticator.h"
#include "apiserver/call.h"
#include "apiserver/log_source.h"
#include "apiserver/object_writes.h"
#include "apiserver/registry.h"
#include "apiserver/request_counters.h"
#include "net/http_server.h"
#include "net/loop.h"

namespace dynamo::apiserver {

/// Takes every HTTP request: who asks, what for, may he; hands it on and writes the answer. Threads: the
/// loop's.
class FrontDesk {
 public:
  struct Parts {
    net::Loop& loop;
    Store& store;
    Registry& registry;
    ObjectWrites& writes;
    const Authenticator& authenticator;
    const Clock& clock;
    LogSource* logs;
  };
  explicit FrontDesk(Parts parts) : parts_(parts) {}

  net::Task<void> serve(net::HttpRequest& request, net::HttpResponder& out);
  /// Watches and followed logs end now.
  void end_streams() { stopping_.request_stop(); }
  std::string metrics() const { return counters_.text(); }

 private:
  struct Label {  // of the request counter
    std::string verb;
    std::string resource;
  };
  net::Task<Outcome> route(net::HttpRequest& request, net::HttpResponder& out, Label& label);
  /// Paths that are no objects: health, version, discovery, OpenAPI. Nothing when it is none of them.
  std::optional<Outcome> document(const net::HttpRequest& request, const std::optional<User>& user);
  std::optional<Outcome> openapi_document(const net::HttpRequest& request);
  net::Task<Outcome> objects(Call call, std::string verb);
  net::Task<Outcome> subresource(Call call, std::string verb);

  Parts parts_;
  std::stop_source stopping_;
  RequestCounters counters_;
  /// OpenAPI documents as text by path, for one revision of the registry: they are large and rarely change.
  std::map<std::string, std::string> documents_;
  std::uint64_t documents_revision_ = 0;
};

}  // namespace dynamo::apiserver
