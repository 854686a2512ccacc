#include "discovery/model_card.h"

#include <array>
#include <cctype>
#include <fmt/format.h>
#include <openssl/evp.h>

namespace dynamo::discovery {
namespace {

constexpr std::array<std::string_view, 6> kTypeNames{"Chat",    "Completions", "Embedding",
                                                     "Prefill", "TensorBased", "Images"};
constexpr std::array<std::string_view, 3> kInputNames{"Tokens", "Text", "Tensor"};
constexpr std::array<std::string_view, 5> kFileFields{"model_info", "tokenizer", "prompt_formatter",
                                                      "chat_template_file", "gen_config"};

template <class Enum, std::size_t N>
std::optional<Enum> parse_name(const std::array<std::string_view, N>& names, std::string_view text) {
  const auto found = std::ranges::find(names, text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

std::string join_types(const std::set<ModelType>& types) {
  std::string out;
  for (const auto type : types) out.append(out.empty() ? "" : " | ").append(to_string(type));
  return out;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string_view{}
                                         : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// Names that are not known are of a later version, and left out.
std::set<ModelType> split_types(std::string_view text) {
  std::set<ModelType> out;
  while (!text.empty()) {
    const auto bar = text.find('|');
    if (const auto type = parse_name<ModelType>(kTypeNames, trim(text.substr(0, bar)))) out.insert(*type);
    text.remove_prefix(bar == std::string_view::npos ? text.size() : bar + 1);
  }
  return out;
}

std::optional<std::uint64_t> natural_at(const json::value& v, std::string_view key) {
  const auto number = json::int_at(v, {key});
  if (!number || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

std::optional<std::string> text_at(const json::value& v, std::string_view key) {
  const auto text = json::string_at(v, {key});
  if (text.empty()) return std::nullopt;
  return std::string(text);
}

json::object to_json(const RuntimeConfig& config) {
  json::object out = config.extra;
  const auto put = [&out](std::string_view key, const auto& value) {
    if (value) out[key] = *value;
  };
  put("total_kv_blocks", config.total_kv_blocks);
  put("max_num_seqs", config.max_num_seqs);
  put("max_num_batched_tokens", config.max_num_batched_tokens);
  put("tool_call_parser", config.tool_call_parser);
  put("reasoning_parser", config.reasoning_parser);
  out["data_parallel_size"] = config.data_parallel_size;
  out["data_parallel_start_rank"] = config.data_parallel_start_rank;
  return out;
}

RuntimeConfig runtime_config_from_json(const json::value& v) {
  RuntimeConfig out;
  if (!v.is_object()) return out;
  out.total_kv_blocks = natural_at(v, "total_kv_blocks");
  out.max_num_seqs = natural_at(v, "max_num_seqs");
  out.max_num_batched_tokens = natural_at(v, "max_num_batched_tokens");
  out.tool_call_parser = text_at(v, "tool_call_parser");
  out.reasoning_parser = text_at(v, "reasoning_parser");
  out.data_parallel_size = natural_at(v, "data_parallel_size").value_or(1);
  out.data_parallel_start_rank = natural_at(v, "data_parallel_start_rank").value_or(0);
  out.extra = v.get_object();
  for (const std::string_view known :
       {"total_kv_blocks", "max_num_seqs", "max_num_batched_tokens", "tool_call_parser", "reasoning_parser",
        "data_parallel_size", "data_parallel_start_rank"}) {
    out.extra.stable_erase(known);
  }
  return out;
}

std::string big_endian_32(std::uint64_t number) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((number >> shift) & 0xff);
  return out;
}

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr);
  std::string out;
  for (unsigned i = 0; i < length; ++i) fmt::format_to(std::back_inserter(out), "{:02x}", digest[i]);
  return out;
}

}  // namespace

std::string_view to_string(ModelType type) noexcept { return kTypeNames[static_cast<std::size_t>(type)]; }
std::string_view to_string(ModelInput input) noexcept { return kInputNames[static_cast<std::size_t>(input)]; }

std::string slug(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const auto u = static_cast<unsigned char>(c);
    const bool safe = (std::isalnum(u) != 0 && u < 0x80) || c == '-' || c == '_' || c == '.';
    out += safe ? static_cast<char>(std::tolower(u)) : '-';
  }
  return out;
}

json::object to_json(const ModelCard& card) {
  json::object out;
  out["display_name"] = card.display_name;
  out["slug"] = slug(card.display_name);
  out["source_path"] = card.source_path;
  for (const auto& [field, file] : card.files) {
    out[field] = json::object{{"path", file.path}, {"checksum", file.checksum}};
  }
  out["context_length"] = card.context_length;
  out["kv_cache_block_size"] = card.kv_cache_block_size;
  out["migration_limit"] = card.migration_limit;
  out["model_type"] = join_types(card.model_type);
  out["model_input"] = to_string(card.model_input);
  out["runtime_config"] = to_json(card.runtime_config);
  return out;
}

Result<ModelCard> model_card_from_json(const json::value& v) {
  if (!v.is_object()) return fail(Errc::invalid, "a model card must be a JSON object");
  ModelCard out;
  out.display_name = json::string_at(v, {"display_name"});
  if (out.display_name.empty()) return fail(Errc::invalid, "a model card needs a `display_name`");
  out.source_path = json::string_at(v, {"source_path"});
  for (const auto field : kFileFields) {
    const auto path = json::string_at(v, {field, "path"});
    if (!path.empty())
      out.files[std::string(field)] = {std::string(path),
                                       std::string(json::string_at(v, {field, "checksum"}))};
  }
  out.context_length = natural_at(v, "context_length").value_or(0);
  out.kv_cache_block_size = natural_at(v, "kv_cache_block_size").value_or(0);
  out.migration_limit = natural_at(v, "migration_limit").value_or(0);
  out.model_type = split_types(json::string_at(v, {"model_type"}));
  const auto input = parse_name<ModelInput>(kInputNames, json::string_at(v, {"model_input"}, "Text"));
  if (!input) return fail(Errc::invalid, "`model_input` of a model card must be Tokens, Text or Tensor");
  out.model_input = *input;
  if (const auto* config = json::find(v, {"runtime_config"}))
    out.runtime_config = runtime_config_from_json(*config);
  return out;
}

std::string checksum(const ModelCard& card) {
  std::string bytes = card.display_name;
  for (const auto& [field, file] : card.files) bytes += file.checksum;
  bytes += big_endian_32(card.context_length);
  bytes += big_endian_32(card.kv_cache_block_size);
  return sha256_hex(bytes);
}

}  // namespace dynamo::discovery
