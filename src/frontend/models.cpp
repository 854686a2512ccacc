#include "frontend/models.h"

namespace dynamo::frontend {
namespace {

bool takes(const Worker& worker, openai::Endpoint endpoint) noexcept {
  switch (endpoint) {
    case openai::Endpoint::chat:
      return worker.chat;
    case openai::Endpoint::completions:
      return worker.completions;
  }
  return false;
}

}  // namespace

bool Model::serves(openai::Endpoint endpoint) const noexcept {
  return std::ranges::any_of(workers_, [&](const auto& worker) { return takes(*worker, endpoint); });
}

std::shared_ptr<const Worker> Model::pick(openai::Endpoint endpoint,
                                          const std::vector<std::uint64_t>& tried) {
  candidates_.clear();
  for (const auto& worker : workers_) {
    const bool failed = std::ranges::find(tried, worker->instance_id) != tried.end();
    candidates_.push_back({worker->instance_id, failed || !takes(*worker, endpoint)});
  }
  const auto chosen = picker_->pick(candidates_);
  return chosen ? workers_[*chosen] : nullptr;
}

void Models::update(std::vector<Worker> workers) {
  std::ranges::sort(workers, {}, &Worker::instance_id);
  std::map<std::string, std::vector<std::shared_ptr<const Worker>>, std::less<>> by_model;
  for (Worker& worker : workers) {
    auto& list = by_model[worker.model];
    list.push_back(std::make_shared<const Worker>(std::move(worker)));
  }
  std::erase_if(models_, [&](const auto& known) { return !by_model.contains(known.first); });
  for (auto& [name, list] : by_model) {
    auto& model = models_[name];
    if (!model) model = std::make_shared<Model>(name, router::make_picker(mode_, seed_));
    model->replace_workers(std::move(list));
  }
}

std::shared_ptr<Model> Models::find(std::string_view name) const {
  const auto found = models_.find(name);
  return found == models_.end() ? nullptr : found->second;
}

bool Models::any_serves(openai::Endpoint endpoint) const noexcept {
  return std::ranges::any_of(models_, [&](const auto& entry) { return entry.second->serves(endpoint); });
}

}  // namespace dynamo::frontend
