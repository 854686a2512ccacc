// libFuzzer: any text, with tokenizers of several shapes; the first byte says which. Both ways of encoding
// and the one with a cache give the same ids, offsets lie within the text, and byte-level tokens give the
// text back.
#include <array>
#include <cstdlib>
#include <fmt/format.h>

#include "base/json.h"

#include "text/utf8.h"
#include "tokens/byte_alphabet.h"
#include "tokens/prompt_cache.h"
#include "tokens/tokenizer.h"

namespace {

using dynamo::tokens::EncodeOptions;
using dynamo::tokens::Encoding;
using dynamo::tokens::PromptCache;
using dynamo::tokens::Tokenizer;
namespace json = dynamo::json;

constexpr std::string_view kMerges[][2] = {{"a", "b"}, {"ab", "c"}, {"a", "a"},   {"aa", "aa"}, {"Ġ", "a"},
                                           {"c", "Ġ"}, {"Ġ", "Ġ"},  {"ĠĠ", "ĠĠ"}, {"ð", "Ł"},   {"ðŁ", "ĺ"}};

/// Every byte, and what comes of the merges.
json::object byte_level_model() {
  json::object vocabulary;
  const auto add = [&](std::string_view token) { vocabulary.emplace(token, vocabulary.size()); };
  for (int byte = 0; byte < 256; ++byte) {
    std::string visible;
    dynamo::tokens::append_visible(std::string(1, static_cast<char>(byte)), visible);
    add(visible);
  }
  json::array merges;
  for (const auto& [left, right] : kMerges) {
    add(fmt::format("{}{}", left, right));
    merges.push_back(json::array{left, right});
  }
  return {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", merges}};
}

/// Whether added tokens take white space beside them along; then it is lost in decoded text.
enum class Strip { never, some };

/// Ids from 1000, behind those of every model here.
json::array added_tokens(bool normalized, Strip strip = Strip::some) {
  json::array added;
  for (const std::string_view content : {"<|a|>", "<|a|><|b|>", "ab ab", "\xE2\x82\xAC"}) {
    added.push_back(json::object{{"id", 1000 + added.size()},
                                 {"content", content},
                                 {"single_word", content == "ab ab"},
                                 {"lstrip", strip == Strip::some && content == "<|a|>"},
                                 {"rstrip", strip == Strip::some && content == "\xE2\x82\xAC"},
                                 {"normalized", normalized},
                                 {"special", content == "<|a|>"}});
  }
  return added;
}

json::object byte_level(std::string_view pattern) {
  return {{"model", byte_level_model()},
          {"pre_tokenizer",
           {{"type", "Sequence"},
            {"pretokenizers", json::array{{{"type", "Split"},
                                           {"pattern", {{"Regex", pattern}}},
                                           {"behavior", "Isolated"},
                                           {"invert", false}},
                                          {{"type", "ByteLevel"},
                                           {"add_prefix_space", false},
                                           {"trim_offsets", true},
                                           {"use_regex", false}}}}}},
          {"decoder", {{"type", "ByteLevel"}}},
          {"added_tokens", added_tokens(false, Strip::never)}};
}

json::object with_normalizer(json::object definition, json::value normalizer) {
  definition["normalizer"] = std::move(normalizer);
  definition["added_tokens"] = added_tokens(true);
  return definition;
}

json::object unigram() {
  json::array vocabulary{{"<unk>", 0.0},
                         {"\xE2\x96\x81", -2.0},
                         {"a", -2.5},
                         {"\xE2\x96\x81"
                          "a",
                          -3.0},
                         {"ab", -4.0},
                         {"\xC3\xA9", -5.0}};
  return {
      {"model", {{"type", "Unigram"}, {"unk_id", 0}, {"vocab", vocabulary}}},
      {"normalizer",
       {{"type", "Sequence"}, {"normalizers", json::array{{{"type", "NFKC"}}, {{"type", "StripAccents"}}}}}},
      {"pre_tokenizer",
       {{"type", "Metaspace"},
        {"replacement", "\xE2\x96\x81"},
        {"prepend_scheme", "first"},
        {"split", true}}},
      {"added_tokens", added_tokens(true)}};
}

json::object word_piece() {
  const json::object vocabulary{{"[UNK]", 0}, {"a", 1},   {"##a", 2},
                                {"ab", 3},    {"##c", 4}, {"\xE4\xBD\xA0", 5}};
  return {{"model",
           {{"type", "WordPiece"},
            {"unk_token", "[UNK]"},
            {"continuing_subword_prefix", "##"},
            {"max_input_chars_per_word", 100},
            {"vocab", vocabulary}}},
          {"normalizer",
           {{"type", "BertNormalizer"},
            {"clean_text", true},
            {"handle_chinese_chars", true},
            {"strip_accents", nullptr},
            {"lowercase", true}}},
          {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
          {"decoder", {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}}},
          {"added_tokens", added_tokens(false)}};
}

constexpr std::string_view kCl100k =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kOdd = R"((?<=a)b+?|\w{2,3}(?!c)|[[:punct:]&&[^.]]|^\s+|\p{M})";

struct Subject {
  std::shared_ptr<const Tokenizer> tokenizer;
  bool gives_text_back = false;
};

Subject subject(const json::object& definition, bool gives_text_back) {
  auto tokenizer = Tokenizer::parse(json::dump(definition));
  if (!tokenizer) {
    fmt::print(stderr, "{}\n", tokenizer.error().message);
    std::abort();
  }
  return {std::move(*tokenizer), gives_text_back};
}

const std::array<Subject, 6>& subjects() {
  static const std::array<Subject, 6> all{
      subject(byte_level(kCl100k), true),
      subject(byte_level(kOdd), true),
      subject(with_normalizer(byte_level(kCl100k), {{"type", "NFC"}}), false),
      subject(with_normalizer(byte_level(kOdd), {{"type", "Lowercase"}}), false),
      subject(unigram(), false),
      subject(word_piece(), false),
  };
  return all;
}

void check(const Subject& subject, std::string_view text) {
  const Encoding encoding = subject.tokenizer->encode_with_offsets(text).value();
  if (encoding.ids != subject.tokenizer->encode(text).value()) std::abort();
  for (const auto& [begin, end] : encoding.offsets) {
    if (begin > end || end > text.size()) std::abort();
  }
  PromptCache seen(1 << 20);
  for (int turn = 0; turn < 2; ++turn) {
    if (encoding.ids != subject.tokenizer->encode(text, EncodeOptions{}, seen).value()) std::abort();
  }
  const auto decoded = subject.tokenizer->decode(encoding.ids, false);
  if (!decoded) std::abort();
  if (subject.gives_text_back && *decoded != dynamo::text::repaired(text)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  check(subjects()[data[0] % subjects().size()], {reinterpret_cast<const char*>(data + 1), size - 1});
  return 0;
}
