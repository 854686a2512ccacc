#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"

namespace dynamo::discovery {

/// What requests a model answers; several at once. Written "Chat | Completions".
enum class ModelType : std::uint8_t { chat, completions, embedding, prefill, tensor_based, images };
/// What its workers take as a prompt.
enum class ModelInput : std::uint8_t { tokens, text, tensor };

std::string_view to_string(ModelType type) noexcept;
std::string_view to_string(ModelInput input) noexcept;

/// A file that belongs to a model: a path or URL, and "sha256:<hex>" of its content.
struct FileReference {
  std::string path;
  std::string checksum;
  friend bool operator==(const FileReference&, const FileReference&) = default;
};

/// What the engine was set up with; absent = not known.
struct RuntimeConfig {
  std::optional<std::uint64_t> total_kv_blocks;
  std::optional<std::uint64_t> max_num_seqs;
  std::optional<std::uint64_t> max_num_batched_tokens;
  std::optional<std::string> tool_call_parser;
  std::optional<std::string> reasoning_parser;
  std::uint64_t data_parallel_size = 1;
  std::uint64_t data_parallel_start_rank = 0;
  json::object extra;  // free form, e.g. "engine": "mock"
  friend bool operator==(const RuntimeConfig&, const RuntimeConfig&) = default;
};

/// What a frontend must know of a model to serve it (spec/runtime.md 4.4).
struct ModelCard {
  std::string display_name;
  std::string source_path;
  std::map<std::string, FileReference>
      files;  // model_info, tokenizer, prompt_formatter, chat_template_file, gen_config
  std::uint64_t context_length = 0;  // 0 = not known
  std::uint64_t kv_cache_block_size = 0;
  std::uint64_t migration_limit = 0;
  std::set<ModelType> model_type;
  ModelInput model_input = ModelInput::text;
  RuntimeConfig runtime_config;
  friend bool operator==(const ModelCard&, const ModelCard&) = default;
};

/// The name in its lower-case, key-safe form: what is not a letter, digit, '-', '_' or '.' becomes '-'.
std::string slug(std::string_view name);

json::object to_json(const ModelCard& card);
/// Lenient: unknown members are ignored, absent ones keep their default. Errors: invalid.
Result<ModelCard> model_card_from_json(const json::value& v);

/// Workers of one model must agree on this: SHA-256 in hex over display name, file checksums, and context
/// length and block size as 32-bit big-endian numbers.
std::string checksum(const ModelCard& card);

}  // namespace dynamo::discovery
