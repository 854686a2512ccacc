#include "kube/fake_api_server.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace dynamo::kube {
namespace {

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// RFC 7386.
void merge(json::value& target, const json::value& patch) {
  if (!patch.is_object()) {
    target = patch;
    return;
  }
  if (!target.is_object()) target.emplace_object();
  for (const auto& member : patch.get_object()) {
    if (member.value().is_null()) {
      target.get_object().erase(member.key());
    } else {
      merge(target.get_object()[member.key()], member.value());
    }
  }
}

std::string strip_subresource(std::string path) {
  for (const std::string_view subresource : {"/status", "/scale", "/binding"}) {
    if (path.ends_with(subresource)) path.resize(path.size() - subresource.size());
  }
  return path;
}

}  // namespace

FakeApiServer::FakeApiServer(net::Loop& loop)
    : loop_(loop),
      changed_(loop),
      server_(loop,
              [this](net::HttpRequest& request, net::HttpResponder& responder) {
                return handle(request, responder);
              },
              {}) {}

ClientConfig FakeApiServer::config() {
  const auto endpoint = server_.listen({"127.0.0.1", 0});
  ClientConfig config;
  config.server = net::Url::parse("http://" + endpoint.value().to_string()).value();
  return config;
}

net::Task<void> FakeApiServer::stop() {
  end_watches();
  co_await server_.stop(loop_.now() + std::chrono::seconds{1});
}

void FakeApiServer::put(const Resource& resource, Object object) {
  const std::string path = object_path(resource, key_of(object));
  store(path, std::move(object));
}

void FakeApiServer::erase(const Resource& resource, const NamespacedName& key) {
  const auto at = objects_.find(object_path(resource, key));
  if (at == objects_.end()) return;
  ++version_;
  metadata(at->second)["resourceVersion"] = std::to_string(version_);
  append("DELETED", at->first, at->second);
  objects_.erase(at);
}

const Object* FakeApiServer::get(const Resource& resource, const NamespacedName& key) const {
  const auto at = objects_.find(object_path(resource, key));
  return at == objects_.end() ? nullptr : &at->second;
}

void FakeApiServer::answer_next(std::string part, net::HttpResponse response, int count) {
  troubles_.push_back({std::move(part), std::move(response), count});
}

void FakeApiServer::end_watches() {
  ++watch_epoch_;
  changed_.set();
  changed_.reset();
}

void FakeApiServer::compact() {
  oldest_ = ++version_;
  history_.clear();
  changed_.set();
  changed_.reset();
}

void FakeApiServer::send_bookmarks() {
  ++version_;
  const Object bookmark{{"metadata", Object{{"resourceVersion", std::to_string(version_)}}}};
  history_.push_back(
      {version_, {}, json::dump(Object{{"type", "BOOKMARK"}, {"object", bookmark}}) + "\n", true});
  changed_.set();
  changed_.reset();
}

void FakeApiServer::release_watches() {
  held_.clear();
  changed_.set();
  changed_.reset();
}

int FakeApiServer::count(std::string_view part) const {
  return static_cast<int>(std::ranges::count_if(
      requests_, [&](const std::string& line) { return line.find(part) != std::string::npos; }));
}

net::Task<void> FakeApiServer::handle(net::HttpRequest& request, net::HttpResponder& responder) {
  const std::string line = request.method + " " + request.target;
  requests_.push_back(line);
  last_headers_ = request.headers;
  const auto trouble = std::ranges::find_if(
      troubles_, [&](const Trouble& t) { return line.find(t.part) != std::string::npos; });
  net::HttpResponse response;
  if (trouble != troubles_.end()) {
    response = trouble->response;
    if (--trouble->count == 0) troubles_.erase(trouble);
  } else if (request.query.flag("watch")) {
    co_await watch(request, responder);
    co_return;
  } else {
    response = respond(request);
  }
  co_await responder.send(std::move(response));
}

net::Task<void> FakeApiServer::watch(net::HttpRequest& request, net::HttpResponder& responder) {
  std::int64_t seen = number(request.query.get("resourceVersion"));
  const std::uint64_t epoch = watch_epoch_;
  const std::string collection = request.path;
  const bool bookmarks = request.query.flag("allowWatchBookmarks");
  net::Headers headers{{"Content-Type", "application/json"}};
  const auto started = co_await responder.start(200, std::move(headers));
  if (!started) co_return;
  while (epoch == watch_epoch_ && !request.gone.stop_requested()) {
    if (!held_.empty() && collection.ends_with(held_)) {
      co_await changed_.wait(request.gone);
      continue;
    }
    std::string lines;
    if (seen < oldest_) {
      const Object event{{"type", "ERROR"},
                         {"object", make_status(Error{Errc::gone, "too old resource version"})}};
      lines = json::dump(event) + "\n";
    }
    for (const Entry& entry : history_) {
      const bool wanted = entry.bookmark ? bookmarks : in_collection(entry.collection, collection);
      if (entry.version > seen && wanted) lines += entry.line;
    }
    const bool expired = seen < oldest_;
    seen = version_;
    if (!lines.empty()) {
      const auto written = co_await responder.write(lines);
      if (!written) co_return;
    }
    if (expired) break;
    if (seen == version_ && epoch == watch_epoch_) co_await changed_.wait(request.gone);
  }
  co_await responder.finish();
}

net::HttpResponse FakeApiServer::respond(const net::HttpRequest& request) {
  if (request.method == "DELETE") return remove(request);
  if (request.method != "GET") return write(request);
  if (request.path.ends_with("/log")) return {.status = 200, .headers = {}, .body = "line 1\nline 2\n"};
  const auto at = objects_.find(request.path);
  if (at != objects_.end()) return success(at->second);
  const bool object_path_shape = std::ranges::any_of(
      history_, [&](const Entry& entry) { return request.path.starts_with(entry.collection + "/"); });
  if (object_path_shape) return failure(Errc::not_found, request.path + " not found");
  return list(request);
}

net::HttpResponse FakeApiServer::list(const net::HttpRequest& request) {
  const std::int64_t limit = number(request.query.get("limit"));
  const std::string_view from = request.query.get("continue");
  json::array items;
  Object meta{{"resourceVersion", std::to_string(version_)}};
  for (const auto& [path, object] : objects_) {
    const bool wanted =
        in_collection(path.substr(0, path.rfind('/')), request.path) && (from.empty() || path >= from);
    if (!wanted) continue;
    if (limit > 0 && static_cast<std::int64_t>(items.size()) == limit) {
      meta["continue"] = path;
      break;
    }
    Object item = object;
    item.erase("kind");
    item.erase("apiVersion");
    items.push_back(std::move(item));
  }
  return success(
      {{"kind", "List"}, {"apiVersion", "v1"}, {"metadata", std::move(meta)}, {"items", std::move(items)}});
}

net::HttpResponse FakeApiServer::write(const net::HttpRequest& request) {
  auto body = json::parse(request.body);
  if (!body || !body->is_object()) return failure(Errc::invalid, "the body is not a JSON object");
  std::string path = strip_subresource(request.path);
  if (request.method == "POST" && path == request.path)
    path += "/" + std::string(name_of(body->get_object()));
  const auto at = objects_.find(path);
  const bool exists = at != objects_.end();
  if (request.method == "POST" && path != request.path && exists && !request.path.ends_with("/binding")) {
    return failure(Errc::already_exists, path + " already exists");
  }
  const bool apply = request.headers.get("Content-Type").starts_with("application/apply-patch");
  if (request.method != "POST" && !exists && !apply) return failure(Errc::not_found, path + " not found");
  const std::string_view wanted_version = resource_version_of(body->get_object());
  if (exists && !wanted_version.empty() && wanted_version != resource_version_of(at->second)) {
    return failure(Errc::conflict, "the object has been modified");
  }
  json::value next = exists ? json::value(at->second) : json::value(Object{});
  if (request.method == "PUT")
    next = *body;
  else
    merge(next, *body);
  const std::string_view uid = exists ? uid_of(at->second) : std::string_view{};
  metadata(next.get_object())["uid"] = uid.empty() ? fmt::format("uid-{}", version_) : std::string(uid);
  store(path, std::move(next.get_object()));
  return success(objects_.at(path), exists ? 200 : 201);
}

net::HttpResponse FakeApiServer::remove(const net::HttpRequest& request) {
  const auto at = objects_.find(request.path);
  if (at == objects_.end()) return failure(Errc::not_found, request.path + " not found");
  const auto options = json::parse(request.body);
  const std::string_view uid =
      options ? json::string_at(*options, {"preconditions", "uid"}) : std::string_view{};
  if (!uid.empty() && uid != uid_of(at->second)) return failure(Errc::conflict, "the uid differs");
  ++version_;
  append("DELETED", at->first, at->second);
  objects_.erase(at);
  return success({{"kind", "Status"}, {"status", "Success"}});
}

void FakeApiServer::store(const std::string& path, Object object) {
  ++version_;
  metadata(object)["resourceVersion"] = std::to_string(version_);
  append(objects_.contains(path) ? "MODIFIED" : "ADDED", path, object);
  objects_[path] = std::move(object);
}

void FakeApiServer::append(std::string_view type, const std::string& path, const Object& object) {
  const Object event{{"type", type}, {"object", object}};
  history_.push_back({version_, path.substr(0, path.rfind('/')), json::dump(event) + "\n"});
  changed_.set();
  changed_.reset();
}

/// Whether objects of `path` (…/namespaces/ns/pods) belong to `collection`, which may span all namespaces
/// (…/pods).
bool FakeApiServer::in_collection(std::string_view path, std::string_view collection) {
  if (path == collection) return true;
  const auto plural = collection.substr(collection.rfind('/'));
  const auto prefix = std::string(collection.substr(0, collection.rfind('/'))) + "/namespaces/";
  return path.starts_with(prefix) && path.ends_with(plural);
}

net::HttpResponse FakeApiServer::failure(Errc code, std::string message, int status) {
  const Error error{code, std::move(message)};
  return {.status = status == 0 ? http_status(code) : status,
          .headers = {{"Content-Type", "application/json"}},
          .body = json::dump(make_status(error))};
}

net::HttpResponse FakeApiServer::success(const Object& object, int status) {
  return {.status = status, .headers = {{"Content-Type", "application/json"}}, .body = json::dump(object)};
}

}  // namespace dynamo::kube
