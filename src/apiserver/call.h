#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apiserver/kind.h"
#include "apiserver/request_path.h"
#include "apiserver/store.h"
#include "apiserver/table.h"
#include "apiserver/write_rules.h"
#include "kube/selector.h"
#include "net/http_server.h"

namespace dynamo::apiserver {

/// Who is asking.
struct User {
  std::string name;                 // "system:serviceaccount:ns:name"
  std::vector<std::string> groups;  // "system:masters"
  std::string uid{};
  bool is_admin() const;
};

/// A request for objects, with its path understood, on its way to an answer.
struct Call {
  net::HttpRequest& http;
  net::HttpResponder& out;
  RequestPath path;
  KindPtr kind;
  User user;
  std::stop_token stopping{};  // the server ends: so should what streams

  Key key() const { return Key{kind->collection(), path.ns, path.name}; }
};

/// An answer that is not streamed.
struct Answer {
  int code = 200;
  std::string body{};
  std::string content_type = "application/json";
  std::vector<std::string> warnings{};

  static Answer of(const Object& object, int code = 200) {
    return Answer{.code = code, .body = json::dump(object) + "\n"};
  }
};

/// Answered already, piece by piece.
struct Streamed {};
using Outcome = Result<std::variant<Answer, Streamed>>;

/// Which objects of a collection are meant.
struct Selection {
  std::string ns;    // empty = all
  std::string name;  // empty = all
  kube::LabelSelector labels;
  kube::FieldSelector fields;
  bool matches(const Object& object) const;
};

/// Reads labelSelector and fieldSelector. Errors: bad request, also for fields that the kind has no selector
/// for.
Result<Selection> selection_of(const Call& call);

/// `dryRun=All`. Errors: bad request for another value.
Result<bool> is_dry_run(const net::Query& query);

/// The context of a write through this call; `name` of the path, manager from `fieldManager` or the user
/// agent.
Result<WriteContext> write_context(const Call& call, WallTime now);

/// The body as JSON; protobuf of built-in kinds is translated. Errors: bad request, 415 for other media types
/// (YAML is one of them unless `yaml_too`).
enum class BodyFormat { json, yaml_too };
Result<json::value> read_body(const Call& call, BodyFormat format = BodyFormat::json);

/// The body as an object, which must not be empty.
Result<Object> read_object(const Call& call);

/// A Status that tells of success.
Object success_status(const kube::Resource& resource, std::string_view name, std::string_view uid);

}  // namespace dynamo::apiserver
