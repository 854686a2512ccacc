#include "tokens/model_load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynamo::tokens {
namespace {

Result<std::unique_ptr<const Model>> load(std::string_view text) { return load_model(text, text); }

struct LoadCase {
  std::string_view name;
  std::string_view json;
  std::string_view word;
  std::vector<TokenId> ids;
};

class ModelLoadTest : public ::testing::TestWithParam<LoadCase> {};

TEST_P(ModelLoadTest, ReadsTheModel) {
  const auto model = load(GetParam().json);
  ASSERT_TRUE(model.has_value()) << model.error().message;
  std::vector<TokenId> ids;
  (*model)->encode(GetParam().word, ids);
  EXPECT_EQ(ids, GetParam().ids);
}

INSTANTIATE_TEST_SUITE_P(
    Models, ModelLoadTest,
    ::testing::Values(
        LoadCase{"bpe_lines",
                 R"({"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 5}, "merges": ["#version: 0.2", "a b"]})",
                 "ab",
                 {5}},
        LoadCase{
            "bpe_pairs",
            R"({"type": "BPE", "dropout": null, "vocab": {"a": 0, " ": 1, "a ": 5}, "merges": [["a", " "]]})",
            "a ",
            {5}},
        LoadCase{
            "bpe_options",
            R"({"type": "BPE", "dropout": 0.0, "unk_token": "a", "fuse_unk": true, "byte_fallback": false,
                     "ignore_merges": true, "continuing_subword_prefix": "", "end_of_word_suffix": null, "vocab": {"a": 0}, "merges": []})",
            "xyz",
            {0}},
        LoadCase{"bpe_without_type", R"({"vocab": {"a": 0}, "merges": []})", "a", {0}},
        LoadCase{"unigram",
                 R"({"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["a", -1.5], ["aa", -1e0]]})",
                 "aaa",
                 {1, 2}},
        LoadCase{"word_piece",
                 R"({"type": "WordPiece", "unk_token": "u", "continuing_subword_prefix": "##",
                                   "max_input_chars_per_word": 100, "vocab": {"u": 0, "a": 1, "##b": 2}})",
                 "ab",
                 {1, 2}},
        LoadCase{
            "word_level", R"({"type": "WordLevel", "unk_token": "u", "vocab": {"u": 3, "a": 1}})", "b", {3}},
        LoadCase{"word_level_without_type", R"({"unk_token": "u", "vocab": {"u": 3}})", "b", {3}},
        LoadCase{
            "escapes",
            R"({"type": "BPE", "vocab": {"\u0120\"": 4, "\u0120": 1, "\"": 2}, "merges": [["\u0120", "\""]]})",
            "Ġ\"",
            {4}}),
    [](const auto& row) { return std::string(row.param.name); });

struct RefusedCase {
  std::string_view name;
  std::string_view json;
  Errc code;
  std::string_view message;
};

class ModelRefusedTest : public ::testing::TestWithParam<RefusedCase> {};

TEST_P(ModelRefusedTest, WithAReason) {
  const auto model = load(GetParam().json);
  ASSERT_FALSE(model.has_value());
  EXPECT_EQ(model.error().code, GetParam().code);
  EXPECT_THAT(model.error().message, ::testing::HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Models, ModelRefusedTest,
    ::testing::Values(
        RefusedCase{"not_an_object", "[]", Errc::invalid, "model: line 1, column 1: expected an object"},
        RefusedCase{"no_type", "{}", Errc::invalid, "model.type is missing"},
        RefusedCase{"unknown", R"({"type": "Magic"})", Errc::unsupported, "model.type \"Magic\""},
        RefusedCase{"dropout", R"({"type": "BPE", "dropout": 0.1, "vocab": {}, "merges": []})",
                    Errc::unsupported, "model.dropout"},
        RefusedCase{"bad_dropout", R"({"type": "BPE", "dropout": "x", "vocab": {}, "merges": []})",
                    Errc::invalid, "model.dropout"},
        RefusedCase{"no_vocab", R"({"type": "BPE", "merges": []})", Errc::invalid, "model.vocab is missing"},
        RefusedCase{"no_merges", R"({"type": "BPE", "vocab": {}})", Errc::invalid, "model.merges is missing"},
        RefusedCase{"vocab_list", R"({"type": "BPE", "vocab": [], "merges": []})", Errc::invalid,
                    "model.vocab: line 1, column 26: expected an object"},
        RefusedCase{"negative_id", R"({"type": "BPE", "vocab": {"a": -1}, "merges": []})", Errc::invalid,
                    "a whole number from 0"},
        RefusedCase{"large_id", R"({"type": "BPE", "vocab": {"a": 4000000000}, "merges": []})",
                    Errc::unsupported, "has id 4000000000"},
        RefusedCase{"twice", R"({"type": "BPE", "vocab": {"a": 0, "a": 1}, "merges": []})", Errc::invalid,
                    "\"a\" is there twice"},
        RefusedCase{"same_id", R"({"type": "BPE", "vocab": {"a": 0, "b": 0}, "merges": []})", Errc::invalid,
                    "id 0 is given to"},
        RefusedCase{"merge_of_three", R"({"type": "BPE", "vocab": {"a": 0}, "merges": ["a a a"]})",
                    Errc::invalid, "two tokens with one space"},
        RefusedCase{"merge_of_strangers", R"({"type": "BPE", "vocab": {"a": 0}, "merges": [["a", "b"]]})",
                    Errc::invalid, "\"b\" is not in model.vocab"},
        RefusedCase{"merge_not_a_pair", R"({"type": "BPE", "vocab": {"a": 0}, "merges": [["a"]]})",
                    Errc::invalid, "expected a comma"},
        RefusedCase{"mixed_merges",
                    R"({"type": "BPE", "vocab": {"a": 0, "aa": 1}, "merges": [["a", "a"], "a a"]})",
                    Errc::invalid, "expected an array"},
        RefusedCase{"fuse", R"({"type": "BPE", "fuse_unk": 1, "vocab": {}, "merges": []})", Errc::invalid,
                    "model.fuse_unk must be true or false"},
        RefusedCase{"unk", R"({"type": "BPE", "unk_token": 1, "vocab": {}, "merges": []})", Errc::invalid,
                    "model.unk_token must be a string"},
        RefusedCase{"unigram_vocab", R"({"type": "Unigram", "unk_id": 0, "vocab": [["a"]]})", Errc::invalid,
                    "expected a comma"},
        RefusedCase{"unigram_unk", R"({"type": "Unigram", "unk_id": 7, "vocab": [["a", 0]]})", Errc::invalid,
                    "model.unk_id must be below"},
        RefusedCase{"unigram_twice", R"({"type": "Unigram", "unk_id": 0, "vocab": [["a", 0], ["a", 1]]})",
                    Errc::invalid, "\"a\" is there twice"},
        RefusedCase{"word_piece", R"({"type": "WordPiece", "unk_token": "u", "vocab": {"u": 0}})",
                    Errc::invalid, "model.continuing_subword_prefix must be a string"},
        RefusedCase{"word_level", R"({"type": "WordLevel", "vocab": {"u": 0}})", Errc::invalid,
                    "model.unk_token must be a string"}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace dynamo::tokens
