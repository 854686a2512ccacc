#include "tokens/post_processor.h"

#include "tokens/post_processor_kinds.h"

namespace dynamo::tokens {
namespace {

Result<bool> read_bool(const json::value& definition, std::string_view name) {
  const json::value* value = json::find(definition, {name});
  if (value != nullptr && value->is_bool()) return value->as_bool();
  return fail(Errc::invalid, fmt::format("post_processor.{} must be true or false", name));
}

Result<TokenId> read_id(const json::value& value, std::string_view where) {
  std::uint32_t id = 0;
  boost::system::error_code problem;
  if (value.is_number()) id = value.to_number<std::uint32_t>(problem);
  if (value.is_number() && !problem && id <= kMaxTokenId) return id;
  return fail(Errc::invalid,
              fmt::format("post_processor.{} must hold token ids from 0 to {}", where, kMaxTokenId));
}

/// ["</s>", 2]
Result<SpecialToken> read_token(const json::value& definition, std::string_view name) {
  const json::value* value = json::find(definition, {name});
  const json::array* pair = value != nullptr ? value->if_array() : nullptr;
  if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_string()) {
    return fail(Errc::invalid, fmt::format("post_processor.{} must be an array of a token and its id", name));
  }
  const auto id = read_id((*pair)[1], name);
  if (!id) return std::unexpected(id.error());
  return SpecialToken{*id, std::string((*pair)[0].as_string())};
}

struct Trim {
  bool trim_offsets;
  bool add_prefix_space;
};

Result<Trim> read_trim(const json::value& definition) {
  const auto trim = read_bool(definition, "trim_offsets");
  if (!trim) return std::unexpected(trim.error());
  const auto space = read_bool(definition, "add_prefix_space");
  if (!space) return std::unexpected(space.error());
  return Trim{*trim, *space};
}

Result<std::unique_ptr<const PostProcessor>> load_byte_level(const json::value& definition) {
  const auto trim = read_trim(definition);
  if (!trim) return std::unexpected(trim.error());
  return std::make_unique<ByteLevelProcessor>(trim->trim_offsets, trim->add_prefix_space);
}

Result<std::unique_ptr<const PostProcessor>> load_bert(const json::value& definition) {
  auto separator = read_token(definition, "sep");
  if (!separator) return std::unexpected(separator.error());
  auto begin = read_token(definition, "cls");
  if (!begin) return std::unexpected(begin.error());
  return std::make_unique<BertProcessor>(std::move(*begin), std::move(*separator));
}

Result<std::unique_ptr<const PostProcessor>> load_roberta(const json::value& definition) {
  const auto trim = read_trim(definition);
  if (!trim) return std::unexpected(trim.error());
  auto separator = read_token(definition, "sep");
  if (!separator) return std::unexpected(separator.error());
  auto begin = read_token(definition, "cls");
  if (!begin) return std::unexpected(begin.error());
  return std::make_unique<RobertaProcessor>(std::move(*begin), std::move(*separator),
                                            ByteLevelProcessor(trim->trim_offsets, trim->add_prefix_space));
}

/// The tokens that a template calls by `name`.
Result<std::vector<SpecialToken>> read_special(const json::value& definition, std::string_view name) {
  const json::value* entry = json::find(definition, {"special_tokens", name});
  if (entry == nullptr) {
    return fail(Errc::invalid,
                fmt::format("post_processor.special_tokens lacks \"{}\", which a template uses", name));
  }
  const json::value* ids = json::find(*entry, {"ids"});
  const json::value* tokens = json::find(*entry, {"tokens"});
  const bool fits = ids != nullptr && tokens != nullptr && ids->is_array() && tokens->is_array() &&
                    ids->as_array().size() == tokens->as_array().size();
  if (!fits) {
    return fail(
        Errc::invalid,
        fmt::format("post_processor.special_tokens[\"{}\"] must have ids and tokens, as many of each", name));
  }
  std::vector<SpecialToken> special;
  for (std::size_t i = 0; i < ids->as_array().size(); ++i) {
    const auto id = read_id(ids->as_array()[i], "special_tokens");
    if (!id) return std::unexpected(id.error());
    const json::value& token = tokens->as_array()[i];
    if (!token.is_string())
      return fail(Errc::invalid, "post_processor.special_tokens: tokens must be strings");
    special.push_back({*id, std::string(token.as_string())});
  }
  return special;
}

Result<TemplateProcessor::Item> read_item(const json::value& definition, const json::value& item) {
  const json::value* sequence = json::find(item, {"Sequence"});
  const json::value* special = json::find(item, {"SpecialToken"});
  const json::value* inner = sequence != nullptr ? sequence : special;
  const auto type = inner != nullptr ? json::int_at(*inner, {"type_id"}) : std::nullopt;
  const std::string_view id = inner != nullptr ? json::string_at(*inner, {"id"}) : std::string_view{};
  const bool known = sequence != nullptr ? id == "A" || id == "B" : special != nullptr;
  if (!known || !type || *type < 0 || *type > std::numeric_limits<std::uint32_t>::max()) {
    return fail(Errc::invalid,
                R"(post_processor: items of a template must be like {"Sequence": {"id": "A", "type_id": 0}} )"
                R"(or {"SpecialToken": {"id": "<s>", "type_id": 0}})");
  }
  TemplateProcessor::Item read{std::nullopt, {}, static_cast<std::uint32_t>(*type)};
  if (sequence != nullptr) {
    read.sequence = id == "A" ? 0 : 1;
    return read;
  }
  auto tokens = read_special(definition, id);
  if (!tokens) return std::unexpected(tokens.error());
  read.tokens = std::move(*tokens);
  return read;
}

Result<TemplateProcessor::Items> read_template(const json::value& definition, std::string_view name) {
  const json::value* list = json::find(definition, {name});
  if (list == nullptr || !list->is_array()) {
    return fail(Errc::invalid, fmt::format("post_processor.{} must be an array", name));
  }
  TemplateProcessor::Items items;
  for (const json::value& item : list->as_array()) {
    auto read = read_item(definition, item);
    if (!read) return std::unexpected(read.error());
    if (name == "single" && read->sequence == 1) {
      return fail(Errc::invalid, "post_processor.single uses sequence B, which a single text does not have");
    }
    items.push_back(std::move(*read));
  }
  return items;
}

Result<std::unique_ptr<const PostProcessor>> load_template(const json::value& definition) {
  auto single = read_template(definition, "single");
  if (!single) return std::unexpected(single.error());
  auto pair = read_template(definition, "pair");
  if (!pair) return std::unexpected(pair.error());
  return std::make_unique<TemplateProcessor>(std::move(*single), std::move(*pair));
}

Result<std::unique_ptr<const PostProcessor>> load_sequence(const json::value& definition) {
  const json::value* list = json::find(definition, {"processors"});
  if (list == nullptr || !list->is_array())
    return fail(Errc::invalid, "post_processor.processors must be an array");
  std::vector<std::unique_ptr<const PostProcessor>> steps;
  for (const json::value& step : list->as_array()) {
    auto loaded = PostProcessor::load(step);
    if (!loaded) return std::unexpected(loaded.error());
    if (*loaded == nullptr) return fail(Errc::invalid, "post_processor.processors must not hold null");
    steps.push_back(std::move(*loaded));
  }
  return std::make_unique<ProcessorSequence>(std::move(steps));
}

}  // namespace

Result<std::unique_ptr<const PostProcessor>> PostProcessor::load(const json::value& definition) {
  if (definition.is_null()) return nullptr;
  const std::string_view type = json::string_at(definition, {"type"});
  auto loaded = [&]() -> Result<std::unique_ptr<const PostProcessor>> {
    if (type == "TemplateProcessing") return load_template(definition);
    if (type == "ByteLevel") return load_byte_level(definition);
    if (type == "BertProcessing") return load_bert(definition);
    if (type == "RobertaProcessing") return load_roberta(definition);
    if (type == "Sequence") return load_sequence(definition);
    return fail(Errc::unsupported,
                fmt::format("post_processor.type \"{}\" is not supported; known are "
                            "TemplateProcessing, ByteLevel, BertProcessing, RobertaProcessing "
                            "and Sequence",
                            type));
  }();
  if (loaded && (*loaded)->parts_after(1) == PostProcessor::kCannot) {
    return fail(Errc::unsupported, "post_processor: a template behind another one is not supported");
  }
  return loaded;
}

}  // namespace dynamo::tokens
