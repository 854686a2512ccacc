#include "tokens/tiktoken_families.h"

#include <algorithm>
#include <fmt/format.h>

#include "text/word_patterns.h"

namespace dynamo::tokens {
namespace {

namespace patterns = text::word_patterns;

using Special = std::vector<std::pair<std::string, TokenId>>;

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
    {50256, "r50k_base", patterns::kGpt2, gpt2_special},
    {50280, "p50k_base", patterns::kGpt2, gpt2_special},
    {100256, "cl100k_base", patterns::kLlama3, cl100k_special},
    {128000, "Llama 3", patterns::kLlama3, llama3_special},
    {151643, "Qwen", patterns::kQwen2, qwen_special},
    {163584, "Kimi K2", patterns::kKimi, none},
    {199998, "o200k_base", patterns::kGpt4o, o200k_special},
};

}  // namespace

std::optional<TiktokenFamily> find_tiktoken_family(std::size_t count) {
  const auto* found = std::ranges::find(kRows, count, &Row::ranks);
  if (found == std::end(kRows)) return std::nullopt;
  return TiktokenFamily{found->name, found->pattern, found->special()};
}

}  // namespace dynamo::tokens
