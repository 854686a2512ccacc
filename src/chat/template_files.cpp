#include "chat/template_files.h"

#include "base/file.h"

#include "chat/special_tokens.h"

namespace dynamo::chat {
namespace {

namespace fs = std::filesystem;
using Templates = std::map<std::string, std::string, std::less<>>;

constexpr std::string_view kDefault = "default";

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

/// The object in `folder`/`name`; an empty one when there is no such file.
Result<json::object> read_object(const fs::path& folder, std::string_view name) {
  const fs::path path = folder / name;
  if (!is_there(path)) return json::object{};
  const auto text = read_file(path);
  if (!text) return std::unexpected(text.error());
  auto parsed = json::parse(*text);
  if (!parsed) return context(path.string(), std::move(parsed.error()));
  if (!parsed->is_object()) return fail(Errc::invalid, fmt::format("{}: must be an object", path.string()));
  return std::move(parsed->get_object());
}

Result<void> add_file(Templates& templates, std::string_view name, const fs::path& path) {
  auto text = read_file(path);
  if (!text) return std::unexpected(std::move(text.error()));
  templates.insert_or_assign(std::string(name), std::move(*text));
  return {};
}

/// chat_template.jinja and what lies in additional_chat_templates; empty without either.
Result<Templates> read_jinja_files(const fs::path& folder) {
  Templates templates;
  if (const fs::path lone = folder / "chat_template.jinja"; is_there(lone)) {
    if (auto added = add_file(templates, kDefault, lone); !added) return std::unexpected(added.error());
  }
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder / "additional_chat_templates", ignored)) {
    const fs::path& path = entry.path();
    if (path.extension() != ".jinja") continue;
    if (auto added = add_file(templates, path.stem().string(), path); !added) {
      return std::unexpected(added.error());
    }
  }
  return templates;
}

/// One element of a list of named templates.
Result<void> add_named(Templates& templates, const json::value& element) {
  const json::value* name = json::find(element, {"name"});
  const json::value* source = json::find(element, {"template"});
  if (name == nullptr || source == nullptr || !name->is_string() || !source->is_string()) {
    return fail(Errc::invalid, "chat_template: each element must have a \"name\" and a \"template\"");
  }
  templates.insert_or_assign(std::string(name->get_string()), std::string(source->get_string()));
  return {};
}

Result<Templates> read_list(const json::array& list) {
  Templates templates;
  for (const json::value& element : list) {
    if (auto added = add_named(templates, element); !added) return std::unexpected(added.error());
  }
  return templates;
}

Result<Templates> read_members(const json::object& members) {
  Templates templates;
  for (const auto& [name, source] : members) {
    if (!source.is_string()) {
      return fail(Errc::invalid, fmt::format("chat_template: \"{}\" must be a text", std::string_view(name)));
    }
    templates.emplace(name, source.get_string());
  }
  return templates;
}

/// `chat_template` of a JSON file, in any of its forms; empty where it is absent or null.
Result<Templates> read_member(const json::object& file) {
  const json::value* member = file.if_contains("chat_template");
  if (member == nullptr || member->is_null()) return Templates{};
  if (member->is_string()) {
    return Templates{{std::string(kDefault), std::string(member->get_string())}};
  }
  if (member->is_array()) return read_list(member->get_array());
  if (member->is_object()) return read_members(member->get_object());
  return fail(Errc::invalid, "chat_template must be a text or a list of named templates");
}

Result<Templates> read_json_file(const fs::path& folder) {
  const auto file = read_object(folder, "chat_template.json");
  if (!file) return std::unexpected(file.error());
  auto templates = read_member(*file);
  if (!templates) return context((folder / "chat_template.json").string(), std::move(templates.error()));
  return templates;
}

/// The templates of a folder, from the first source that has any.
Result<Templates> read_templates(const fs::path& folder, const json::object& config) {
  auto files = read_jinja_files(folder);
  if (!files || !files->empty()) return files;
  auto older = read_json_file(folder);
  if (!older || !older->empty()) return older;
  auto member = read_member(config);
  if (!member) return context((folder / "tokenizer_config.json").string(), std::move(member.error()));
  return member;
}

Result<TemplateFiles> read_folder(const fs::path& folder) {
  const auto config = read_object(folder, "tokenizer_config.json");
  if (!config) return std::unexpected(config.error());
  const auto map = read_object(folder, "special_tokens_map.json");
  if (!map) return std::unexpected(map.error());
  auto templates = read_templates(folder, *config);
  if (!templates) return std::unexpected(std::move(templates.error()));
  if (templates->empty()) {
    return fail(Errc::not_found,
                fmt::format("{} has no chat template: neither chat_template.jinja nor \"chat_template\" in "
                            "tokenizer_config.json",
                            folder.string()));
  }
  return TemplateFiles{.templates = std::move(*templates), .special_tokens = special_tokens(*config, *map)};
}

}  // namespace

Result<TemplateFiles> read_template_files(const fs::path& path) {
  if (!is_there(path)) return fail(Errc::not_found, fmt::format("{} does not exist", path.string()));
  if (is_folder(path)) return read_folder(path);
  if (path.extension() == ".json") return read_folder(path.has_parent_path() ? path.parent_path() : ".");
  TemplateFiles files;
  if (auto added = add_file(files.templates, kDefault, path); !added) return std::unexpected(added.error());
  return files;
}

}  // namespace dynamo::chat
