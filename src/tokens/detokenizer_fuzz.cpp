// libFuzzer: tokens in pieces of any length give the text of all of them at once, up to the stop string, and
// what has been given out is always valid UTF-8.
#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

#include "text/utf8.h"
#include "tokens/detokenizer.h"

namespace {

using dynamo::tokens::DetokenizeOptions;
using dynamo::tokens::Detokenizer;
using dynamo::tokens::TokenId;
using dynamo::tokens::Tokenizer;

constexpr std::string_view kStops[] = {"ab", "\xC3\xA9", "aac"};

/// Words, parts of characters, and what the decoders treat in a way of their own; ids from 0.
constexpr std::string_view kTokens[] = {"<unk>",
                                        "a",
                                        "b",
                                        "ab",
                                        "c",
                                        "\xE2\x96\x81",
                                        "\xE2\x96\x81"
                                        "a",
                                        "\xC3\xA9",
                                        "<s>",
                                        "<0xC3>",
                                        "<0xA9>",
                                        "<0xE2>",
                                        "<0x82>",
                                        "<0xAC>",
                                        "<0x61>",
                                        "  a"};

std::shared_ptr<const Tokenizer> make(std::string_view decoder) {
  std::string vocabulary;
  for (std::size_t id = 0; id < std::size(kTokens); ++id) {
    vocabulary += fmt::format("{}\"{}\":{}", id == 0 ? "" : ",", kTokens[id], id);
  }
  auto tokenizer = Tokenizer::parse(fmt::format(
      R"({{"model":{{"type":"WordLevel","unk_token":"<unk>","vocab":{{{}}}}},"decoder":{},"added_tokens":[)"
      R"({{"id":8,"content":"<s>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}}]}})",
      vocabulary, decoder));
  if (!tokenizer) {
    fmt::print(stderr, "{}\n", tokenizer.error().message);
    std::abort();
  }
  return std::move(*tokenizer);
}

const std::vector<std::shared_ptr<const Tokenizer>>& tokenizers() {
  static const std::vector<std::shared_ptr<const Tokenizer>> all{
      make("null"),
      make(R"({"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},)"
           R"({"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]})"),
      make(R"({"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true})"),
      make(R"({"type":"WordPiece","prefix":"a","cleanup":true})"),
      make(R"({"type":"CTC","pad_token":"<unk>","word_delimiter_token":"c","cleanup":true})"),
      make(R"({"type":"BPEDecoder","suffix":"b"})"),
  };
  return all;
}

std::string in_pieces(std::shared_ptr<const Tokenizer> tokenizer, const DetokenizeOptions& options,
                      std::span<const TokenId> ids, std::size_t step) {
  Detokenizer stream(std::move(tokenizer), options);
  std::string text;
  for (; !ids.empty() && !stream.stopped(); ids = ids.subspan(std::min(step, ids.size()))) {
    text += stream.feed(ids.first(std::min(step, ids.size())));
    if (!dynamo::text::is_valid(text)) std::abort();
  }
  return text.append(stream.finish());
}

/// What should come out, told from the whole text.
std::string expected(const std::string& whole, const DetokenizeOptions& options) {
  std::size_t end = whole.size(), after = whole.size();
  for (const std::string& stop : options.stop) {
    const std::size_t at = whole.find(stop);
    if (at == std::string::npos || at + stop.size() > after) continue;
    if (at + stop.size() == after && at >= end) continue;
    end = at;
    after = at + stop.size();
  }
  return whole.substr(0, options.include_stop_str_in_output ? after : end);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto& tokenizer = tokenizers()[data[0] % tokenizers().size()];
  DetokenizeOptions options{.skip_special_tokens = (data[1] & 1) != 0,
                            .include_stop_str_in_output = (data[1] & 2) != 0};
  if ((data[1] & 4) != 0) options.stop.assign(std::begin(kStops), std::end(kStops));
  const std::size_t step = 1 + (data[1] >> 4);

  std::vector<TokenId> ids;
  for (const std::uint8_t byte : std::span(data + 2, size - 2))
    ids.push_back(byte % (std::size(kTokens) + 1));
  const auto whole = tokenizer->decode(ids, options.skip_special_tokens);
  if (!whole) std::abort();
  if (in_pieces(tokenizer, options, ids, step) != expected(*whole, options)) std::abort();
  return 0;
}
