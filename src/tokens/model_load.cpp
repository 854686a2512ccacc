#include "tokens/model_load.h"

#include "base/json.h"

#include "tokens/bpe.h"
#include "tokens/json_cursor.h"
#include "tokens/unigram.h"
#include "tokens/word_models.h"

namespace dynamo::tokens {
namespace {

/// The members of a model's definition. Vocabulary and merges stay text, the others are small.
class Fields {
 public:
  static Result<Fields> read(std::string_view whole, std::string_view part);

  bool has(std::string_view name) const { return text(name).data() != nullptr && text(name) != "null"; }
  /// The text of a member's value; null where it is missing.
  std::string_view text(std::string_view name) const;
  JsonCursor cursor(std::string_view name) const { return {whole_, text(name)}; }

  Result<std::optional<std::string>> string(std::string_view name) const;
  Result<bool> boolean(std::string_view name) const;
  Result<std::optional<std::uint32_t>> number(std::string_view name) const;

 private:
  std::string_view whole_;
  std::vector<JsonMember> members_;
};

Result<Fields> Fields::read(std::string_view whole, std::string_view part) {
  auto members = json_members(whole, part);
  if (!members) return std::unexpected(members.error());
  Fields fields;
  fields.whole_ = whole;
  fields.members_ = std::move(*members);
  return fields;
}

std::string_view Fields::text(std::string_view name) const {
  for (const JsonMember& member : members_) {
    if (member.name == name) return member.value;
  }
  return {};
}

std::unexpected<Error> wrong(std::string_view name, std::string_view expected) {
  return fail(Errc::invalid, fmt::format("model.{} must be {}", name, expected));
}

Result<std::optional<std::string>> Fields::string(std::string_view name) const {
  if (!has(name)) return std::nullopt;
  JsonCursor value = cursor(name);
  std::string read(value.string());
  if (!value.finish()) return wrong(name, "a string or null");
  return read;
}

Result<bool> Fields::boolean(std::string_view name) const {
  if (!has(name)) return false;
  if (text(name) != "true" && text(name) != "false") return wrong(name, "true or false");
  return text(name) == "true";
}

Result<std::optional<std::uint32_t>> Fields::number(std::string_view name) const {
  if (!has(name)) return std::nullopt;
  JsonCursor value = cursor(name);
  const std::uint32_t read = value.unsigned_number();
  if (!value.finish()) return wrong(name, "a whole number from 0 to 4294967295 or null");
  return read;
}

Result<Vocabulary> read_vocabulary(const Fields& fields) {
  if (!fields.has("vocab")) return fail(Errc::invalid, "model.vocab is missing");
  JsonCursor cursor = fields.cursor("vocab");
  Vocabulary vocabulary;
  std::string token;
  cursor.expect('{');
  for (bool first = true; cursor.next(first, '}');) {
    token = cursor.string();
    cursor.expect(':');
    const TokenId id = cursor.unsigned_number();
    if (cursor.failed()) break;
    if (auto added = vocabulary.add(token, id); !added) return context("model.vocab", added.error());
  }
  if (!cursor.finish()) return context("model.vocab", cursor.error());
  return vocabulary;
}

/// A merge as older files write it: "left right".
Result<std::pair<std::string_view, std::string_view>> split_merge(std::string_view line) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos) {
    return fail(Errc::invalid,
                fmt::format("model.merges: \"{}\" must be two tokens with one space between them, or "
                            "be written as an array of two",
                            line));
  }
  return std::pair(line.substr(0, space), line.substr(space + 1));
}

/// Reads the list of merges, all strings or all pairs.
class MergeReader {
 public:
  MergeReader(const Vocabulary& vocabulary, std::size_t prefix_size)
      : vocabulary_(vocabulary), prefix_size_(prefix_size) {}

  Result<std::vector<Merge>> read(JsonCursor cursor) {
    cursor.expect('[');
    const bool pairs = cursor.peek() == '[';
    for (bool first = true; cursor.next(first, ']');) {
      auto added = pairs ? read_pair(cursor) : read_line(cursor);
      if (!added) return std::unexpected(added.error());
    }
    if (!cursor.finish()) return context("model.merges", cursor.error());
    return std::move(rules_);
  }

 private:
  Result<void> read_pair(JsonCursor& cursor) {
    cursor.expect('[');
    left_ = cursor.string();
    cursor.expect(',');
    right_ = cursor.string();
    cursor.expect(']');
    if (cursor.failed()) return context("model.merges", cursor.error());
    return add(left_, right_);
  }

  Result<void> read_line(JsonCursor& cursor) {
    left_ = cursor.string();
    if (cursor.failed()) return context("model.merges", cursor.error());
    if (left_.starts_with("#version")) return {};
    const auto sides = split_merge(left_);
    if (!sides) return std::unexpected(sides.error());
    return add(sides->first, sides->second);
  }

  Result<void> add(std::string_view left, std::string_view right) {
    const auto rule = Bpe::rule(vocabulary_, left, right, prefix_size_);
    if (!rule) return std::unexpected(rule.error());
    rules_.push_back(*rule);
    return {};
  }

  const Vocabulary& vocabulary_;
  std::size_t prefix_size_;
  std::string left_;
  std::string right_;
  std::vector<Merge> rules_;
};

/// Dropout makes the outcome random: nothing that is exact can be said of it.
Result<void> refuse_dropout(const Fields& fields) {
  if (!fields.has("dropout")) return {};
  JsonCursor cursor = fields.cursor("dropout");
  const double dropout = cursor.number();
  if (!cursor.finish()) return wrong("dropout", "a number or null");
  if (dropout == 0) return {};
  return fail(Errc::unsupported, "model.dropout: tokens at random are not supported; set it to null");
}

Result<BpeOptions> read_bpe_options(const Fields& fields) {
  const auto unknown = fields.string("unk_token");
  if (!unknown) return std::unexpected(unknown.error());
  const auto prefix = fields.string("continuing_subword_prefix");
  if (!prefix) return std::unexpected(prefix.error());
  const auto suffix = fields.string("end_of_word_suffix");
  if (!suffix) return std::unexpected(suffix.error());
  const auto fuse = fields.boolean("fuse_unk");
  if (!fuse) return std::unexpected(fuse.error());
  const auto fallback = fields.boolean("byte_fallback");
  if (!fallback) return std::unexpected(fallback.error());
  const auto ignore = fields.boolean("ignore_merges");
  if (!ignore) return std::unexpected(ignore.error());
  return BpeOptions{*unknown, prefix->value_or(""), suffix->value_or(""), *fuse, *fallback, *ignore};
}

Result<std::unique_ptr<const Model>> load_bpe(const Fields& fields) {
  if (auto refused = refuse_dropout(fields); !refused) return std::unexpected(refused.error());
  auto options = read_bpe_options(fields);
  if (!options) return std::unexpected(options.error());
  auto vocabulary = read_vocabulary(fields);
  if (!vocabulary) return std::unexpected(vocabulary.error());
  if (!fields.has("merges")) return fail(Errc::invalid, "model.merges is missing");
  auto rules = MergeReader(*vocabulary, options->continuing_prefix.size()).read(fields.cursor("merges"));
  if (!rules) return std::unexpected(rules.error());
  auto model = Bpe::build(std::move(*vocabulary), *rules, std::move(*options));
  if (!model) return std::unexpected(model.error());
  return std::move(*model);
}

Result<std::unique_ptr<const Model>> load_unigram(const Fields& fields) {
  const auto unknown = fields.number("unk_id");
  if (!unknown) return std::unexpected(unknown.error());
  const auto fallback = fields.boolean("byte_fallback");
  if (!fallback) return std::unexpected(fallback.error());
  if (!fields.has("vocab")) return fail(Errc::invalid, "model.vocab is missing");
  JsonCursor cursor = fields.cursor("vocab");
  Vocabulary vocabulary;
  std::vector<double> scores;
  std::string token;
  cursor.expect('[');
  for (bool first = true; cursor.next(first, ']');) {
    cursor.expect('[');
    token = cursor.string();
    cursor.expect(',');
    const double score = cursor.number();
    cursor.expect(']');
    if (cursor.failed()) break;
    auto added = vocabulary.add(token, static_cast<TokenId>(scores.size()));
    if (!added) return context("model.vocab", added.error());
    scores.push_back(score);
  }
  if (!cursor.finish()) return context("model.vocab", cursor.error());
  auto model = Unigram::build(std::move(vocabulary), std::move(scores), {*unknown, *fallback});
  if (!model) return std::unexpected(model.error());
  return std::move(*model);
}

Result<std::unique_ptr<const Model>> load_word_piece(const Fields& fields) {
  const auto unknown = fields.string("unk_token");
  if (!unknown) return std::unexpected(unknown.error());
  const auto prefix = fields.string("continuing_subword_prefix");
  if (!prefix) return std::unexpected(prefix.error());
  const auto limit = fields.number("max_input_chars_per_word");
  if (!limit) return std::unexpected(limit.error());
  if (!*unknown) return wrong("unk_token", "a string");
  if (!*prefix) return wrong("continuing_subword_prefix", "a string");
  if (!*limit) return wrong("max_input_chars_per_word", "a whole number");
  auto vocabulary = read_vocabulary(fields);
  if (!vocabulary) return std::unexpected(vocabulary.error());
  auto model = WordPiece::build(std::move(*vocabulary), {**unknown, **prefix, **limit});
  if (!model) return std::unexpected(model.error());
  return std::move(*model);
}

Result<std::unique_ptr<const Model>> load_word_level(const Fields& fields) {
  const auto unknown = fields.string("unk_token");
  if (!unknown) return std::unexpected(unknown.error());
  if (!*unknown) return wrong("unk_token", "a string");
  auto vocabulary = read_vocabulary(fields);
  if (!vocabulary) return std::unexpected(vocabulary.error());
  auto model = WordLevel::build(std::move(*vocabulary), **unknown);
  if (!model) return std::unexpected(model.error());
  return std::move(*model);
}

/// Old files leave the type out; their fields tell.
std::string_view guess_type(const Fields& fields) {
  if (fields.has("merges")) return "BPE";
  if (fields.has("max_input_chars_per_word")) return "WordPiece";
  if (fields.has("unk_token")) return "WordLevel";
  return fields.text("vocab").starts_with('[') ? "Unigram" : "";
}

}  // namespace

Result<std::unique_ptr<const Model>> load_model(std::string_view whole, std::string_view part) {
  const auto fields = Fields::read(whole, part);
  if (!fields) return context("model", fields.error());
  const auto type = fields->string("type");
  if (!type) return std::unexpected(type.error());
  const std::string name = type->value_or(std::string(guess_type(*fields)));
  if (name == "BPE") return load_bpe(*fields);
  if (name == "Unigram") return load_unigram(*fields);
  if (name == "WordPiece") return load_word_piece(*fields);
  if (name == "WordLevel") return load_word_level(*fields);
  if (name.empty()) return fail(Errc::invalid, "model.type is missing");
  return fail(
      Errc::unsupported,
      fmt::format("model.type \"{}\" is not supported; known are BPE, Unigram, WordPiece and WordLevel",
                  name));
}

}  // namespace dynamo::tokens
