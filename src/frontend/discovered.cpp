#include "frontend/discovered.h"

namespace dynamo::frontend {
namespace {

using discovery::Instance;
using discovery::ModelRecord;
using discovery::ModelType;

bool serves_requests(const discovery::ModelCard& card) {
  return card.model_type.contains(ModelType::chat) || card.model_type.contains(ModelType::completions);
}

/// The process behind `model`, if it is there.
const Instance* instance_of(const discovery::Snapshot& snapshot, const ModelRecord& model) {
  const auto found = snapshot.find(discovery::key_of(Instance{model.name, model.id, ""}));
  return found == snapshot.end() ? nullptr : std::get_if<Instance>(&found->second);
}

Result<Worker> to_worker(const Instance& instance, const ModelRecord& model) {
  auto url = net::Url::parse(instance.address);
  if (!url) return std::unexpected(std::move(url.error()));
  Worker worker;
  worker.instance_id = instance.id.get();
  worker.url = std::move(*url);
  worker.endpoint = instance.name.to_string();
  worker.record = discovery::to_json(discovery::Record(instance));
  worker.model = model.card.display_name;
  worker.chat = model.card.model_type.contains(ModelType::chat);
  worker.completions = model.card.model_type.contains(ModelType::completions);
  worker.card = model.card;
  return worker;
}

}  // namespace

DiscoveredWorkers workers_from_snapshot(const discovery::Snapshot& snapshot,
                                        const std::string& only_namespace) {
  DiscoveredWorkers out;
  for (const auto& [key, record] : snapshot) {
    const auto* model = std::get_if<ModelRecord>(&record);
    if (model == nullptr || !serves_requests(model->card)) continue;
    if (!only_namespace.empty() && model->name.ns != only_namespace) continue;
    const Instance* instance = instance_of(snapshot, *model);
    if (instance == nullptr) continue;  // not yet there, or just gone
    auto worker = to_worker(*instance, *model);
    if (worker) {
      out.workers.push_back(std::move(*worker));
    } else {
      out.refused.push_back({model->id.get(), model->card.display_name, worker.error().message});
    }
  }
  std::ranges::sort(out.workers, {}, &Worker::instance_id);
  std::map<std::string, std::string> checksums;
  std::erase_if(out.workers, [&](const Worker& worker) {
    const std::string sum = discovery::checksum(*worker.card);
    const std::string& first = checksums.emplace(worker.model, sum).first->second;
    if (first == sum) return false;
    out.refused.push_back({worker.instance_id, worker.model,
                           "its model card differs from the one that the model's other workers have"});
    return true;
  });
  return out;
}

}  // namespace dynamo::frontend
