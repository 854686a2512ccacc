#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "kube/client.h"
#include "kube/object.h"
#include "kube/status.h"
#include "net/http_server.h"
#include "net/loop.h"

namespace dynamo::kube {

/// A small API server for tests of what talks to one: objects by path, versions, watches, and trouble on
/// demand. It knows no kinds and checks nothing; an apply patch is merged like a merge patch.
class FakeApiServer {
 public:
  explicit FakeApiServer(net::Loop& loop);

  /// A client's view of it; call once.
  ClientConfig config();
  /// Ends all watches and the server.
  net::Task<void> stop();

  /// Writes behind the clients' backs.
  void put(const Resource& resource, Object object);
  void erase(const Resource& resource, const NamespacedName& key);
  const Object* get(const Resource& resource, const NamespacedName& key) const;

  /// The next `count` requests whose line ("GET /api/…") contains `part` are answered with `response`.
  void answer_next(std::string part, net::HttpResponse response, int count = 1);
  /// Watches end now, as when the server goes for a moment.
  void end_watches();
  /// Versions up to now are forgotten: who resumes from one is told 410, and so are watches under way.
  void compact();
  void send_bookmarks();
  /// Watches of collections whose path ends with `part` ("/pods") tell nothing until they are released.
  void hold_watches(std::string part) { held_ = std::move(part); }
  void release_watches();

  /// "GET /api/v1/pods?watch=true…" of all requests so far.
  const std::vector<std::string>& requests() const noexcept { return requests_; }
  int count(std::string_view part) const;
  int writes() const { return static_cast<int>(requests_.size()) - count("GET "); }
  std::string last_header(std::string_view name) const { return std::string(last_headers_.get(name)); }

 private:
  struct Entry {
    std::int64_t version;
    std::string collection;  // path without the object's name
    std::string line;        // as a watch sends it
    bool bookmark = false;
  };
  struct Trouble {
    std::string part;
    net::HttpResponse response;
    int count;
  };
  using Reply = net::Task<void>;

  net::Task<void> handle(net::HttpRequest& request, net::HttpResponder& responder);
  net::Task<void> watch(net::HttpRequest& request, net::HttpResponder& responder);
  net::HttpResponse respond(const net::HttpRequest& request);
  net::HttpResponse list(const net::HttpRequest& request);
  net::HttpResponse write(const net::HttpRequest& request);
  net::HttpResponse remove(const net::HttpRequest& request);
  void store(const std::string& path, Object object);
  void append(std::string_view type, const std::string& path, const Object& object);
  static bool in_collection(std::string_view path, std::string_view collection);
  static net::HttpResponse failure(Errc code, std::string message, int status = 0);
  static net::HttpResponse success(const Object& object, int status = 200);

  net::Loop& loop_;
  net::Event changed_;
  std::map<std::string, Object> objects_;
  std::vector<Entry> history_;
  std::int64_t version_ = 1;
  std::int64_t oldest_ = 0;        // watches must start at or after this one
  std::uint64_t watch_epoch_ = 0;  // raised to end all watches
  std::string held_;               // empty = none
  std::deque<Trouble> troubles_;
  std::vector<std::string> requests_;
  net::Headers last_headers_;
  net::HttpServer server_;
};

}  // namespace dynamo::kube
