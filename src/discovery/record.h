#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.h"
#include "base/json.h"
#include "discovery/instance_id.h"
#include "discovery/model_card.h"

/// What processes tell about themselves (spec/runtime.md 4.1), as values and as JSON.
namespace dynamo::discovery {

/// Names an endpoint: dyn://ns.component.endpoint.
struct EndpointName {
  std::string ns;
  std::string component;
  std::string endpoint;
  std::string to_string() const;
  /// Reads "dyn://ns.component.endpoint", the scheme being optional. Errors: invalid.
  static Result<EndpointName> parse(std::string_view text);
  friend auto operator<=>(const EndpointName&, const EndpointName&) = default;
};

/// A process that serves an endpoint. `address` is where our transport reaches it: an HTTP base URL such as
/// "http://10.0.0.7:9090", under which it speaks the OpenAI API.
struct Instance {
  EndpointName name;
  InstanceId id;
  std::string address;
  friend bool operator==(const Instance&, const Instance&) = default;
};

/// A model that an instance serves.
struct ModelRecord {
  EndpointName name;
  InstanceId id;
  ModelCard card;
  std::string suffix{};  // a LoRA's slug; empty for the model itself
  friend bool operator==(const ModelRecord&, const ModelRecord&) = default;
};

using Record = std::variant<Instance, ModelRecord>;

/// "v1/instances/ns/component/endpoint/1f" and "v1/mdc/…[/suffix]".
std::string key_of(const Record& record);
/// The same without "v1/instances/" or "v1/mdc/": the key within a metadata document.
std::string path_of(const Record& record);
/// Errors: invalid, when a part of the key is empty or has other characters than letters, digits, '-', '_',
/// '.'.
Result<void> check_key(const Record& record);

json::object to_json(const Record& record);
/// Errors: invalid; unsupported for records of types that this version does not know.
Result<Record> record_from_json(const json::value& v);

/// All records by key.
using Snapshot = std::map<std::string, Record>;

/// The document that a process shows at /metadata and keeps in its DynamoWorkerMetadata: `endpoints` and
/// `model_cards`, each a map from path to record.
json::object to_metadata(const Snapshot& records);
/// Reads such a document; records that cannot be read are left out.
Snapshot snapshot_from_metadata(const json::value& v);

}  // namespace dynamo::discovery
