#include "graph/role.h"

#include <array>
#include <fmt/format.h>
#include <set>
#include <string>
#include <vector>

namespace dynamo::graph {
namespace {

struct Module {
  std::string_view name;
  api::BackendFramework engine;
};
constexpr auto kModules = std::to_array<Module>({
    {"dynamo.vllm", api::BackendFramework::vllm},
    {"dynamo.sglang", api::BackendFramework::sglang},
    {"dynamo.trtllm", api::BackendFramework::trtllm},
});

const Module* find_module(std::string_view word) {
  for (const Module& module : kModules) {
    const bool submodule = word.starts_with(module.name) && word.substr(module.name.size()).starts_with('.');
    if (word == module.name || submodule) return &module;
  }
  return nullptr;
}

/// Words of a command line: cut at blanks, and at what ends or quotes a command in a shell script.
void split_words(std::string_view text, std::vector<std::string>& into) {
  constexpr std::string_view kCuts = " \t\r\n;&|()\"'`\\";
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(kCuts), text.size());
    if (end > 0) into.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::vector<std::string> words_of(const json::object& container) {
  std::vector<std::string> words;
  for (const std::string_view field : {"command", "args"}) {
    const json::value* list = container.if_contains(field);
    if (!list || !list->is_array()) continue;
    for (const json::value& text : list->get_array()) split_words(json::string_at(text, {}), words);
  }
  return words;
}

bool is_python(std::string_view word) {
  if (const auto slash = word.rfind('/'); slash != std::string_view::npos) word.remove_prefix(slash + 1);
  return word.starts_with("python");
}

/// words[at] is "-m": is it an argument of python, perhaps behind other options?
bool belongs_to_python(const std::vector<std::string>& words, std::size_t at) {
  while (at > 0 && words[at].starts_with('-')) --at;
  return is_python(words[at]);
}

}  // namespace

Role role_of(std::string_view type) noexcept {
  if (type == api::component_type::kFrontend) return Role::frontend;
  const bool worker = type == api::component_type::kWorker || type == api::component_type::kPrefill ||
                      type == api::component_type::kDecode;
  return worker ? Role::worker : Role::generic;
}

Result<std::optional<api::BackendFramework>> detect_engine(const json::object& container) {
  const std::vector<std::string> words = words_of(container);
  std::optional<api::BackendFramework> found;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] != "-m" || !belongs_to_python(words, i)) continue;
    const Module* module = find_module(words[i + 1]);
    if (!module || found == module->engine) continue;
    if (found) {
      return fail(Errc::invalid,
                  fmt::format("the command starts both dynamo.{} and dynamo.{}; a worker runs one engine",
                              api::to_string(*found), api::to_string(module->engine)));
    }
    found = module->engine;
  }
  return found;
}

Result<std::optional<api::BackendFramework>> engine_of(std::optional<api::BackendFramework> written,
                                                       const json::object& container) {
  auto started = detect_engine(container);
  if (!started) return std::unexpected(std::move(started.error()));
  if (written && *started && *written != **started) {
    return fail(Errc::invalid, fmt::format("backendFramework is {}, but the command starts dynamo.{}",
                                           api::to_string(*written), api::to_string(**started)));
  }
  return written ? written : *started;
}

}  // namespace dynamo::graph
