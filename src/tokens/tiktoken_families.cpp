#include "tokens/tiktoken_families.h"

#include <algorithm>
#include <fmt/format.h>

namespace dynamo::tokens {
namespace {

using Special = std::vector<std::pair<std::string, TokenId>>;

constexpr std::string_view kGpt2 =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr std::string_view kCl100k =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kQwen =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kO200k =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kKimi =
    R"([\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

Special gpt2_special() { return {{"<|endoftext|>", 50256}}; }

Special cl100k_special() {
  return {{"<|endoftext|>", 100257},
          {"<|fim_prefix|>", 100258},
          {"<|fim_middle|>", 100259},
          {"<|fim_suffix|>", 100260},
          {"<|endofprompt|>", 100276}};
}

Special o200k_special() { return {{"<|endoftext|>", 199999}, {"<|endofprompt|>", 200018}}; }

Special qwen_special() {
  Special out{{"<|endoftext|>", 151643}, {"<|im_start|>", 151644}, {"<|im_end|>", 151645}};
  constexpr TokenId kExtras = 205;
  for (TokenId i = 0; i < kExtras; ++i) out.emplace_back(fmt::format("<|extra_{}|>", i), 151646 + i);
  return out;
}

Special llama3_special() {
  constexpr TokenId kFirst = 128000;
  constexpr TokenId kCount = 256;
  Special out{{"<|begin_of_text|>", kFirst},
              {"<|end_of_text|>", kFirst + 1},
              {"<|start_header_id|>", kFirst + 6},
              {"<|end_header_id|>", kFirst + 7},
              {"<|eot_id|>", kFirst + 9}};
  TokenId reserved = 0;
  for (TokenId id = kFirst; id < kFirst + kCount; ++id) {
    const bool named = std::ranges::find(out, id, &Special::value_type::second) != out.end();
    if (!named) out.emplace_back(fmt::format("<|reserved_special_token_{}|>", reserved++), id);
  }
  return out;
}

Special none() { return {}; }

struct Row {
  std::size_t ranks;
  std::string_view name;
  std::string_view pattern;
  Special (*special)();
};

constexpr Row kRows[] = {
    {50256, "r50k_base", kGpt2, gpt2_special},
    {50280, "p50k_base", kGpt2, gpt2_special},
    {100256, "cl100k_base", kCl100k, cl100k_special},
    {128000, "Llama 3", kCl100k, llama3_special},
    {151643, "Qwen", kQwen, qwen_special},
    {163584, "Kimi K2", kKimi, none},
    {199998, "o200k_base", kO200k, o200k_special},
};

}  // namespace

std::optional<TiktokenFamily> find_tiktoken_family(std::size_t count) {
  const auto* found = std::ranges::find(kRows, count, &Row::ranks);
  if (found == std::end(kRows)) return std::nullopt;
  return TiktokenFamily{found->name, found->pattern, found->special()};
}

}  // namespace dynamo::tokens
