#include "tokens/tiktoken.h"

#include <charconv>

#include "tokens/base64.h"
#include "tokens/bpe.h"
#include "tokens/byte_alphabet.h"
#include "tokens/parts.h"
#include "tokens/split_rules.h"
#include "tokens/tiktoken_families.h"

namespace dynamo::tokens {
namespace {

using Special = std::vector<std::pair<std::string, TokenId>>;

std::unexpected<Error> wrong_line(std::size_t number, std::string_view what) {
  return fail(Errc::invalid, fmt::format("line {}: {}", number, what));
}

/// One line: the bytes of a token, in base64, and its rank.
Result<std::pair<std::string, TokenId>> read_line(std::string_view line, std::size_t number) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return wrong_line(number, "not a token in base64, a space and a rank");
  auto bytes = decode_base64(line.substr(0, space));
  if (!bytes || bytes->empty()) return wrong_line(number, "the token is not base64");
  const std::string_view digits = line.substr(space + 1);
  TokenId rank = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), rank);
  const bool whole = error == std::errc{} && end == digits.data() + digits.size();
  if (!whole || rank > kMaxTokenId)
    return wrong_line(number, fmt::format("the rank must be 0 to {}", kMaxTokenId));
  return std::pair{std::move(*bytes), rank};
}

/// A SentencePiece model is a protobuf message that begins with its first piece.
bool looks_like_sentence_piece(std::string_view text) {
  return text.starts_with('\n') || text.find('\0') != std::string_view::npos;
}

Result<Vocabulary> make_vocabulary(std::span<const std::string> ranks) {
  Vocabulary vocabulary;
  std::string visible;
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    if (ranks[rank].empty()) continue;
    visible.clear();
    append_visible(ranks[rank], visible);
    if (auto added = vocabulary.add(visible, static_cast<TokenId>(rank)); !added) {
      return std::unexpected(std::move(added.error()));
    }
  }
  return vocabulary;
}

Result<void> check_bytes(const Vocabulary& vocabulary) {
  std::string visible;
  for (unsigned byte = 0; byte < 256; ++byte) {
    visible.clear();
    const char raw = static_cast<char>(byte);
    append_visible({&raw, 1}, visible);
    if (!vocabulary.id(visible)) return fail(Errc::invalid, fmt::format("byte {:#04x} has no rank", byte));
  }
  return {};
}

std::vector<TokenId> ranks_in_order(std::span<const std::string> ranks) {
  std::vector<TokenId> order;
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    if (!ranks[rank].empty()) order.push_back(static_cast<TokenId>(rank));
  }
  return order;
}

std::vector<AddedToken> added_tokens(const Special& special) {
  std::vector<AddedToken> out;
  for (const auto& [text, id] : special) {
    out.push_back({.content = text, .normalized = false, .special = true, .id = id});
  }
  return out;
}

json::value byte_level_split(std::string_view pattern) {
  return {{"type", "Sequence"},
          {"pretokenizers", json::array{{{"type", "Split"},
                                         {"pattern", {{"Regex", pattern}}},
                                         {"behavior", "Isolated"},
                                         {"invert", false}},
                                        {{"type", "ByteLevel"},
                                         {"add_prefix_space", false},
                                         {"trim_offsets", false},
                                         {"use_regex", false}}}}};
}

Result<std::unique_ptr<const Model>> make_model(std::span<const std::string> ranks) {
  auto vocabulary = make_vocabulary(ranks);
  if (!vocabulary) return std::unexpected(std::move(vocabulary.error()));
  if (auto checked = check_bytes(*vocabulary); !checked) return std::unexpected(std::move(checked.error()));
  const std::vector<Merge> rules = split_rules(*vocabulary, ranks_in_order(ranks));
  auto model =
      Bpe::build(std::move(*vocabulary), rules, {.ignore_merges = true, .order = Merges::Order::by_token});
  if (!model) return std::unexpected(std::move(model.error()));
  return std::unique_ptr<const Model>(std::move(*model));
}

}  // namespace

Result<std::vector<std::string>> read_tiktoken_ranks(std::string_view text) {
  if (looks_like_sentence_piece(text)) {
    return fail(Errc::unsupported,
                "a SentencePiece model (binary) is not supported: convert it to a tokenizer.json");
  }
  std::vector<std::string> ranks;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    auto entry = read_line(line, number);
    if (!entry) return std::unexpected(std::move(entry.error()));
    if (entry->second >= ranks.size()) ranks.resize(entry->second + std::size_t{1});
    if (!ranks[entry->second].empty()) return wrong_line(number, "the rank is there twice");
    ranks[entry->second] = std::move(entry->first);
  }
  if (ranks.empty()) return fail(Errc::invalid, "the file has no tokens");
  return ranks;
}

Result<Parts> parts_from_tiktoken(std::string_view text,
                                  std::vector<std::pair<std::string, TokenId>> special) {
  const auto ranks = read_tiktoken_ranks(text);
  if (!ranks) return std::unexpected(ranks.error());
  const std::size_t count = ranks_in_order(*ranks).size();
  auto family = find_tiktoken_family(count);
  if (!family) {
    return fail(
        Errc::unsupported,
        fmt::format(
            "no family of tiktoken files that is known has {} ranks, so that its pattern is not known",
            count));
  }
  if (special.empty()) special = std::move(family->special);
  auto model = make_model(*ranks);
  if (!model) return std::unexpected(std::move(model.error()));
  auto pre_tokenizer = PreTokenizer::load(byte_level_split(family->pattern));
  if (!pre_tokenizer) return std::unexpected(std::move(pre_tokenizer.error()));
  auto decoder = Decoder::load({{"type", "ByteLevel"}});
  if (!decoder) return std::unexpected(std::move(decoder.error()));
  Parts parts;
  parts.added_tokens = added_tokens(special);
  parts.pre_tokenizer = std::move(*pre_tokenizer);
  parts.model = std::move(*model);
  parts.decoder = std::move(*decoder);
  return parts;
}

Result<std::vector<std::pair<std::string, TokenId>>> special_tokens_of_config(
    std::string_view tokenizer_config_json) {
  const auto config = json::parse(tokenizer_config_json);
  if (!config) return std::unexpected(config.error());
  Special out;
  const json::value* list = json::find(*config, {"added_tokens_decoder"});
  if (list == nullptr || !list->is_object()) return out;
  for (const auto& entry : list->get_object()) {
    const std::string_view digits(entry.key().data(), entry.key().size());
    TokenId id = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
    const auto content = json::string_at(entry.value(), {"content"});
    if (error != std::errc{} || end != digits.data() + digits.size() || id > kMaxTokenId || content.empty()) {
      return fail(Errc::invalid,
                  fmt::format("added_tokens_decoder: \"{}\" is not an id with a `content`", digits));
    }
    out.emplace_back(content, id);
  }
  return out;
}

}  // namespace dynamo::tokens
