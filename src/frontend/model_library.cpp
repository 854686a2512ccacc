#include "frontend/model_library.h"

namespace dynamo::frontend {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPassedThrough = "passed through: the engine tokenizes";

std::optional<fs::path> if_there(const std::string& path) {
  std::error_code error;
  if (path.empty() || !fs::exists(path, error)) return std::nullopt;
  return fs::path(path);
}

}  // namespace

std::optional<fs::path> path_of_files(const Worker& worker, const Options& options) {
  const bool is_meant = options.model_name.empty() || options.model_name == worker.model;
  if (!options.model_path.empty() && is_meant) return fs::path(options.model_path);
  if (!worker.card) return std::nullopt;
  const auto tokenizer = worker.card->files.find("tokenizer");
  if (tokenizer != worker.card->files.end()) {
    if (auto found = if_there(tokenizer->second.path)) return found;
  }
  return if_there(worker.card->source_path);
}

ModelLibrary::ModelLibrary(net::Loop& loop, const Options& options, telemetry::Logger log)
    : loop_(loop), options_(options), log_(std::move(log)), reading_(loop) {}

void ModelLibrary::update(const std::vector<Worker>& workers) {
  std::map<std::string, std::optional<fs::path>, std::less<>> wanted;
  for (const Worker& worker : workers) {
    auto& path = wanted[worker.model];
    if (!path) path = path_of_files(worker, options_);
  }
  std::erase_if(entries_, [&](const auto& known) {
    const auto found = wanted.find(known.first);
    return found == wanted.end() || found->second != known.second.path;
  });
  for (auto& [model, path] : wanted) {
    const auto [at, is_new] = entries_.try_emplace(model, Entry{.path = path});
    if (!is_new) continue;
    if (path) {
      reading_.spawn(read(model, *path));
    } else {
      pass_through(at->second, "no files of it on this machine; --model-path names them");
      log_.info(kPassedThrough, {{"model", model}, {"why", at->second.reason}});
    }
  }
}

net::Task<void> ModelLibrary::read(std::string model, fs::path path) {
  Result<std::shared_ptr<const ModelFiles>> files;
  co_await net::run_blocking(loop_, [&files, &path] { files = read_model_files(path); });
  const auto found = entries_.find(model);
  if (found == entries_.end() || found->second.path != path) co_return;  // it has gone meanwhile
  Entry& entry = found->second;
  if (!files) {
    pass_through(entry, std::move(files.error().message));
    log_.warn(kPassedThrough, {{"model", model}, {"why", entry.reason}});
    co_return;
  }
  entry.state = State::ready;
  entry.files = std::move(*files);
  log_.info("model files read", {{"model", model},
                                 {"path", path.string()},
                                 {"vocabulary", entry.files->tokenizer->vocabulary_size()},
                                 {"chat_template", entry.files->templates != nullptr}});
  for (const std::string& note : entry.files->tokenizer->notes()) log_.info("tokenizer", {{"note", note}});
  if (entry.files->templates == nullptr) {
    log_.warn("chats are passed through", {{"model", model}, {"why", entry.files->without_templates}});
  }
}

void ModelLibrary::pass_through(Entry& entry, std::string reason) {
  entry.state = State::passed_through;
  entry.reason = std::move(reason);
}

const ModelLibrary::Entry* ModelLibrary::entry(std::string_view model) const {
  const auto found = entries_.find(model);
  return found == entries_.end() ? nullptr : &found->second;
}

std::shared_ptr<const ModelFiles> ModelLibrary::find(std::string_view model) const {
  const Entry* found = entry(model);
  return found == nullptr ? nullptr : found->files;
}

ModelLibrary::State ModelLibrary::state(std::string_view model) const {
  const Entry* found = entry(model);
  return found == nullptr ? State::passed_through : found->state;
}

std::string_view ModelLibrary::reason(std::string_view model) const {
  const Entry* found = entry(model);
  return found == nullptr ? std::string_view{} : found->reason;
}

net::Task<void> ModelLibrary::settle() { co_await reading_.join(); }

}  // namespace dynamo::frontend
