#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "discovery/model_card.h"
#include "net/http.h"
#include "openai/request.h"
#include "router/picker.h"

namespace dynamo::frontend {

/// One worker as the frontend sees it: where it answers, and what it serves.
struct Worker {
  std::uint64_t instance_id = 0;
  net::Url url;                                // target is the path prefix, "/" for none
  std::string endpoint;                        // "dyn://namespace.component.generate"
  json::object record{};                       // as discovery has it, shown by /health
  std::string model;                           // as served
  std::optional<discovery::ModelCard> card{};  // what discovery knows of the model
  bool chat = true;                            // takes chat requests
  bool completions = true;                     // takes completions
};

/// A model and those who serve it.
class Model {
 public:
  Model(std::string name, std::unique_ptr<router::Picker> picker)
      : name_(std::move(name)), picker_(std::move(picker)) {}

  const std::string& name() const noexcept { return name_; }
  bool serves(openai::Endpoint endpoint) const noexcept;
  /// A worker that takes `endpoint` and is not in `tried`; null when there is none.
  std::shared_ptr<const Worker> pick(openai::Endpoint endpoint, const std::vector<std::uint64_t>& tried);
  void replace_workers(std::vector<std::shared_ptr<const Worker>> workers) { workers_ = std::move(workers); }
  const std::vector<std::shared_ptr<const Worker>>& workers() const noexcept { return workers_; }

 private:
  std::string name_;
  std::unique_ptr<router::Picker> picker_;
  std::vector<std::shared_ptr<const Worker>> workers_;  // by instance id
  std::vector<router::Candidate> candidates_;           // kept to spare an allocation per request
};

/// All models now known. A model appears with its first worker and goes with its last. Threads: one.
class Models {
 public:
  Models(router::Mode mode, std::uint64_t seed) : mode_(mode), seed_(seed) {}

  /// Takes `workers` as the complete truth.
  void update(std::vector<Worker> workers);
  /// Exact name; null when it is not served. Hold the pointer while using the model.
  std::shared_ptr<Model> find(std::string_view name) const;
  /// Whether any model takes this kind of request.
  bool any_serves(openai::Endpoint endpoint) const noexcept;
  const std::map<std::string, std::shared_ptr<Model>, std::less<>>& all() const noexcept { return models_; }

 private:
  router::Mode mode_;
  std::uint64_t seed_;
  std::map<std::string, std::shared_ptr<Model>, std::less<>> models_;
};

}  // namespace dynamo::frontend
