#include "tokens/gguf_pre_types.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

// A GGUF file names the way its texts are split by one word, and the engine that reads it (llama.cpp) knows
// the patterns. Where the model's own tokenizer.json has a pattern that means the same, it stands here as
// written there, so that the words are cut by a matcher compiled by hand.

namespace dynamo::tokens {
namespace {

constexpr std::string_view kGpt2 =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr std::string_view kLlama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kQwen2 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

constexpr std::array kGpt2Only{kGpt2};
constexpr std::array kLlama3Only{kLlama3};
constexpr std::array kQwen2Only{kQwen2};
constexpr std::array<std::string_view, 1> kQwen35{
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"};
constexpr std::array<std::string_view, 2> kDigitsThenGpt2{R"(\p{N})", kGpt2};
constexpr std::array<std::string_view, 4> kDefault{R"([\p{P}\$\+<=>\^~\|]+)", kGpt2, R"(\p{N}+)",
                                                   "[0-9][0-9][0-9]"};
constexpr std::array<std::string_view, 3> kFalcon{R"([\p{P}\$\+<=>\^~\|`]+)", kGpt2, "[0-9][0-9][0-9]"};
constexpr std::array<std::string_view, 3> kDeepseekV3{
    R"(\p{N}{1,3})", "[一-龥぀-ゟ゠-ヿ]+",
    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"};
constexpr std::array<std::string_view, 5> kDeepseekCoder{R"([\r\n])", R"(\s?\p{L}+)", R"(\s?\p{P}+)",
                                                         "[一-龥ࠀ-一가-퟿]+", R"(\p{N})"};
constexpr std::array<std::string_view, 1> kBloom{R"( ?[^(\s|.,!?…。，、।۔،)]+)"};
constexpr std::array<std::string_view, 2> kViking{R"( ?[^(\s|.,!?…。，、।۔،)]+)", R"(\p{N})"};
// Letters outside a to z count as upper and as lower case here, unlike in the tokenizer.json of these models:
// it is what the engine does.
constexpr std::array<std::string_view, 1> kTekken{
    R"([^\r\n\p{L}\p{N}]?((?=[\p{L}])([^a-z]))*((?=[\p{L}])([^A-Z]))+|[^\r\n\p{L}\p{N}]?((?=[\p{L}])([^a-z]))+((?=[\p{L}])([^A-Z]))*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"};
constexpr std::array<std::string_view, 1> kGpt4o{
    R"([^\r\n\p{L}\p{N}]?((?=[\p{L}])([^a-z]))*((?=[\p{L}])([^A-Z]))+(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])?|[^\r\n\p{L}\p{N}]?((?=[\p{L}])([^a-z]))+((?=[\p{L}])([^A-Z]))*(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)"};
constexpr std::array<std::string_view, 1> kBailing{
    R"('(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)"};
constexpr std::array<std::string_view, 1> kSeedCoder{
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+)"};

struct Row {
  std::string_view name;
  std::span<const std::string_view> patterns;
  bool ignore_merges = false;
  bool add_bos = false;
};

constexpr Row kRows[] = {
    {"default", kDefault},
    {"gpt-2", kGpt2Only},
    {"phi-2", kGpt2Only},
    {"mpt", kGpt2Only},
    {"olmo", kGpt2Only},
    {"jais", kGpt2Only},
    {"trillion", kGpt2Only},
    {"granite-docling", kGpt2Only},
    {"exaone4", kGpt2Only},
    {"gigachat", kGpt2Only},
    {"a.x-4.0", kGpt2Only},
    {"mellum", kGpt2Only},
    {"starcoder", kDigitsThenGpt2},
    {"refact", kDigitsThenGpt2},
    {"command-r", kDigitsThenGpt2},
    {"smollm", kDigitsThenGpt2},
    {"codeshell", kDigitsThenGpt2},
    {"exaone", kDigitsThenGpt2},
    {"minerva-7b", kDigitsThenGpt2},
    {"mellum2", kDigitsThenGpt2},
    {"falcon", kFalcon},
    {"llama3", kLlama3Only, true, true},
    {"llama-v3", kLlama3Only, true, true},
    {"llama-bpe", kLlama3Only, true, true},
    {"falcon3", kLlama3Only, true, true},
    {"falcon-h1", kLlama3Only, true, true},
    {"pixtral", kLlama3Only, true, true},
    {"midm-2.0", kLlama3Only, true, true},
    {"lfm2", kLlama3Only, true, true},
    {"dbrx", kLlama3Only},
    {"smaug-bpe", kLlama3Only},
    {"glm4", kLlama3Only},
    {"chatglm-bpe", kLlama3Only},
    {"qwen2", kQwen2Only},
    {"deepseek-r1-qwen", kQwen2Only},
    {"kormo", kQwen2Only},
    {"megrez", kQwen2Only},
    {"stablelm2", kQwen2Only},
    {"hunyuan", kQwen2Only},
    {"solar-open", kQwen2Only},
    {"grok-2", kQwen2Only},
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
