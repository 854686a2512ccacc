#include "tokens/gguf_pre_types.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "text/word_patterns.h"

// A GGUF file names the way its texts are split by one word, and the engine that reads it (llama.cpp) knows
// the patterns. Where the model's own tokenizer.json has a pattern that means the same, that one stands here,
// so that the words are cut by a matcher compiled by hand.

namespace dynamo::tokens {
namespace {

namespace patterns = text::word_patterns;

constexpr std::array kGpt2{patterns::kGpt2};
constexpr std::array kLlama3{patterns::kLlama3};
constexpr std::array kQwen2{patterns::kQwen2};
constexpr std::array kQwen35{patterns::kQwen35};
constexpr std::array kDigitsThenGpt2{patterns::kOneDigit, patterns::kGpt2};
constexpr std::array<std::string_view, 4> kDefault{R"([\p{P}\$\+<=>\^~\|]+)", patterns::kGpt2, R"(\p{N}+)",
                                                   "[0-9][0-9][0-9]"};
constexpr std::array<std::string_view, 3> kFalcon{R"([\p{P}\$\+<=>\^~\|`]+)", patterns::kGpt2,
                                                  "[0-9][0-9][0-9]"};
constexpr std::array kDeepseekV3{patterns::kThreeDigits, patterns::kKanaOrIdeographs, patterns::kDeepSeek};
constexpr std::array<std::string_view, 5> kDeepseekCoder{R"([\r\n])", R"(\s?\p{L}+)", R"(\s?\p{P}+)",
                                                         "[一-龥ࠀ-一가-퟿]+", patterns::kOneDigit};
constexpr std::string_view kBloomWords = R"( ?[^(\s|.,!?…。，、।۔،)]+)";
constexpr std::array kBloom{kBloomWords};
constexpr std::array kViking{kBloomWords, patterns::kOneDigit};
constexpr std::array kTekken{patterns::kTekkenOfGguf};
constexpr std::array kGpt4o{patterns::kGpt4oOfGguf};
constexpr std::array kBailing{patterns::kBailing};
constexpr std::array kSeedCoder{patterns::kSeedCoder};

struct Row {
  std::string_view name;
  std::span<const std::string_view> patterns;
  bool ignore_merges = false;
  bool add_bos = false;
};

constexpr Row kRows[] = {
    {"default", kDefault},
    {"gpt-2", kGpt2},
    {"phi-2", kGpt2},
    {"mpt", kGpt2},
    {"olmo", kGpt2},
    {"jais", kGpt2},
    {"trillion", kGpt2},
    {"granite-docling", kGpt2},
    {"exaone4", kGpt2},
    {"gigachat", kGpt2},
    {"a.x-4.0", kGpt2},
    {"mellum", kGpt2},
    {"starcoder", kDigitsThenGpt2},
    {"refact", kDigitsThenGpt2},
    {"command-r", kDigitsThenGpt2},
    {"smollm", kDigitsThenGpt2},
    {"codeshell", kDigitsThenGpt2},
    {"exaone", kDigitsThenGpt2},
    {"minerva-7b", kDigitsThenGpt2},
    {"mellum2", kDigitsThenGpt2},
    {"falcon", kFalcon},
    {"llama3", kLlama3, true, true},
    {"llama-v3", kLlama3, true, true},
    {"llama-bpe", kLlama3, true, true},
    {"falcon3", kLlama3, true, true},
    {"falcon-h1", kLlama3, true, true},
    {"pixtral", kLlama3, true, true},
    {"midm-2.0", kLlama3, true, true},
    {"lfm2", kLlama3, true, true},
    {"dbrx", kLlama3},
    {"smaug-bpe", kLlama3},
    {"glm4", kLlama3},
    {"chatglm-bpe", kLlama3},
    {"qwen2", kQwen2},
    {"deepseek-r1-qwen", kQwen2},
    {"kormo", kQwen2},
    {"megrez", kQwen2},
    {"stablelm2", kQwen2},
    {"hunyuan", kQwen2},
    {"solar-open", kQwen2},
    {"grok-2", kQwen2},
    {"qwen35", kQwen35},
    {"deepseek-v3", kDeepseekV3},
    {"hunyuan-dense", kDeepseekV3},
    {"joyai-llm", kDeepseekV3},
    {"deepseek-coder", kDeepseekCoder},
    {"bloom", kBloom},
    {"poro-chat", kBloom},
    {"gpt3-finnish", kBloom},
    {"viking", kViking},
    {"tekken", kTekken, true, true},
    {"gpt-4o", kGpt4o},
    {"llama4", kGpt4o},
    {"kanana2", kGpt4o},
    {"minimax-m2", kGpt4o},
    {"bailingmoe", kBailing},
    {"bailingmoe2", kBailing},
    {"llada-moe", kBailing},
    {"seed-coder", kSeedCoder},
};

}  // namespace

Result<GgufPreType> find_gguf_pre_type(std::string_view name) {
  const auto* found = std::ranges::find(kRows, name, &Row::name);
  if (found == std::end(kRows)) {
    return fail(Errc::unsupported, fmt::format("GGUF pre-tokenizer \"{}\" is not supported", name));
  }
  return GgufPreType{found->patterns, found->ignore_merges, found->add_bos};
}

}  // namespace dynamo::tokens
