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

/// As of Llama 3.1; 3.0 had reserved ones in the place of three of those named.
Special llama3_special() {
  constexpr TokenId kFirst = 128000;
  constexpr TokenId kCount = 256;
  Special out{{"<|begin_of_text|>", kFirst},
              {"<|end_of_text|>", kFirst + 1},
              {"<|finetune_right_pad_id|>", kFirst + 4},
              {"<|start_header_id|>", kFirst + 6},
              {"<|end_header_id|>", kFirst + 7},
              {"<|eom_id|>", kFirst + 8},
              {"<|eot_id|>", kFirst + 9},
              {"<|python_tag|>", kFirst + 10}};
  TokenId reserved = 0;
  for (TokenId id = kFirst; id < kFirst + kCount; ++id) {
    const bool named = std::ranges::find(out, id, &Special::value_type::second) != out.end();
    if (!named) out.emplace_back(fmt::format("<|reserved_special_token_{}|>", reserved++), id);
  }
  return out;
}

/// Special tokens whose ids follow each other.
class SpecialInOrder {
 public:
  explicit SpecialInOrder(TokenId first) : first_(first), next_(first) {}

  void names(std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) out_.emplace_back(fmt::format("<|{}|>", name), next_++);
  }
  /// <|vision_reserved_special_token_7|> and so on, numbered up to before `end`.
  void reserved(std::string_view kind, int begin, int end) {
    for (int i = begin; i < end; ++i) {
      out_.emplace_back(fmt::format("<|{}reserved_special_token_{}|>", kind, i), next_++);
    }
  }
  int count() const { return static_cast<int>(next_ - first_); }
  Special take() { return std::move(out_); }

 private:
  TokenId first_;
  TokenId next_;
  Special out_;
};

Special llama4_special() {
  constexpr TokenId kFirst = 200000;
  constexpr int kCount = 2048;
  SpecialInOrder out(kFirst);
  out.names({"begin_of_text", "end_of_text", "fim_prefix", "fim_middle", "fim_suffix"});
  out.names({"header_start", "header_end", "eom", "eot", "step"});
  out.reserved("text_post_train_", 0, 6);
  out.names({"python_start", "python_end", "finetune_right_pad"});
  out.reserved("text_post_train_", 8, 69);
  out.names({"image_start", "image_end"});
  out.reserved("vision_", 0, 2);
  out.names({"tile_x_separator", "tile_y_separator"});
  out.reserved("vision_", 2, 6);
  out.names({"image"});
  out.reserved("vision_", 6, 7);
  out.names({"patch"});
  out.reserved("vision_", 7, 1048);
  out.reserved("reasoning_", 0, 8);
  out.names({"reasoning_thinking_start", "reasoning_thinking_end"});
  out.reserved("", 0, kCount - out.count());
  return out.take();
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
    {200000, "Llama 4", patterns::kGpt4o, llama4_special},
};

}  // namespace

std::optional<TiktokenFamily> find_tiktoken_family(std::size_t count) {
  const auto* found = std::ranges::find(kRows, count, &Row::ranks);
  if (found == std::end(kRows)) return std::nullopt;
  return TiktokenFamily{found->name, found->pattern, found->special()};
}

}  // namespace dynamo::tokens
