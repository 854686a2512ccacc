#include "base/json.h"

#include "text/utf8.h"
#include "tokens/json_cursor.h"
#include "tokens/model_load.h"
#include "tokens/parts.h"

namespace dynamo::tokens {
namespace {

/// The file's members, each as its text; a model alone may be megabytes.
class File {
 public:
  static Result<File> read(std::string_view text) {
    if (!text::is_valid(text)) return fail(Errc::invalid, "the file is not UTF-8");
    auto members = json_members(text, text);
    if (!members) return std::unexpected(members.error());
    return File(text, std::move(*members));
  }

  std::string_view whole() const { return text_; }
  /// The text of a member; of several with one name the last counts. Empty when it is missing.
  std::string_view text(std::string_view name) const {
    std::string_view found;
    for (const JsonMember& member : members_) {
      if (member.name == name) found = member.value;
    }
    return found;
  }
  /// The member read; null when it is missing. Errors: invalid, with its name.
  Result<json::value> value(std::string_view name) const {
    const std::string_view member = text(name);
    if (member.empty()) return nullptr;
    auto read = json::parse(member);
    if (!read) return context(name, read.error());
    return read;
  }

 private:
  File(std::string_view text, std::vector<JsonMember> members) : text_(text), members_(std::move(members)) {}
  std::string_view text_;
  std::vector<JsonMember> members_;
};

Result<void> check_version(const File& file) {
  const std::string_view version = file.text("version");
  if (version.empty() || version == "\"1.0\"") return {};
  return fail(Errc::unsupported, fmt::format("version {} is not supported; known is \"1.0\"", version));
}

Result<AddedToken> read_added_token(const json::value& entry) {
  const json::value* content = json::find(entry, {"content"});
  const auto id = json::int_at(entry, {"id"});
  const bool has_id = id && *id >= 0 && *id <= std::numeric_limits<TokenId>::max();
  if (content == nullptr || !content->is_string() || !has_id) {
    return fail(Errc::invalid, "entries of added_tokens must be objects with a content and an id");
  }
  AddedToken token;
  token.claimed_id = static_cast<TokenId>(*id);
  token.content = content->as_string();
  const std::pair<std::string_view, bool*> flags[] = {{"single_word", &token.single_word},
                                                      {"lstrip", &token.lstrip},
                                                      {"rstrip", &token.rstrip},
                                                      {"normalized", &token.normalized},
                                                      {"special", &token.special}};
  for (const auto& [name, flag] : flags) {
    const json::value* value = json::find(entry, {name});
    if (value == nullptr || !value->is_bool()) {
      return fail(Errc::invalid,
                  fmt::format("added_tokens: {} of \"{}\" must be true or false", name, token.content));
    }
    *flag = value->as_bool();
  }
  return token;
}

Result<std::vector<AddedToken>> read_added_tokens(const File& file) {
  const auto list = file.value("added_tokens");
  if (!list) return std::unexpected(list.error());
  std::vector<AddedToken> tokens;
  if (list->is_null()) return tokens;
  if (!list->is_array()) return fail(Errc::invalid, "added_tokens must be an array");
  for (const json::value& entry : list->as_array()) {
    auto token = read_added_token(entry);
    if (!token) return std::unexpected(token.error());
    tokens.push_back(std::move(*token));
  }
  return tokens;
}

/// Reads a part by its own loader.
template <class Pointer>
Result<void> load_into(const File& file, std::string_view name, Pointer& part,
                       Result<Pointer> (*load)(const json::value&)) {
  const auto definition = file.value(name);
  if (!definition) return std::unexpected(definition.error());
  if (definition->is_null()) return {};
  auto loaded = load(*definition);
  if (!loaded) return context(name, loaded.error());
  part = std::move(*loaded);
  return {};
}

std::vector<std::string> notes_of(const File& file) {
  std::vector<std::string> notes;
  for (const std::string_view name : {"truncation", "padding"}) {
    const std::string_view member = file.text(name);
    if (!member.empty() && member != "null")
      notes.push_back(fmt::format("{} is set in the file and not applied", name));
  }
  return notes;
}

}  // namespace

Result<Parts> parts_from_json(std::string_view tokenizer_json) {
  const auto file = File::read(tokenizer_json);
  if (!file) return std::unexpected(file.error());
  if (auto checked = check_version(*file); !checked) return std::unexpected(checked.error());
  Parts parts;
  if (file->text("model").empty())
    return fail(Errc::invalid, "model is missing: this is not a tokenizer.json");
  auto added = read_added_tokens(*file);
  if (!added) return std::unexpected(added.error());
  parts.added_tokens = std::move(*added);
  auto loaded = load_into(*file, "normalizer", parts.normalizer, Normalizer::load);
  if (loaded) loaded = load_into(*file, "pre_tokenizer", parts.pre_tokenizer, PreTokenizer::load);
  if (loaded) loaded = load_into(*file, "post_processor", parts.post_processor, PostProcessor::load);
  if (loaded) loaded = load_into(*file, "decoder", parts.decoder, Decoder::load);
  if (!loaded) return std::unexpected(loaded.error());
  auto model = load_model(file->whole(), file->text("model"));
  if (!model) return std::unexpected(model.error());
  parts.model = std::move(*model);
  parts.notes = notes_of(*file);
  return parts;
}

}  // namespace dynamo::tokens
