#include "tokens/added_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tokens/test_models.h"

namespace dynamo::tokens {
namespace {

/// Small letters for large ones.
class LowerCase final : public Normalizer {
 public:
  Result<void> apply(text::AlignedText&) const override { return {}; }
  Result<void> apply(std::string& text) const override {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return {};
  }
};

AddedTokens build(const std::vector<AddedToken>& listed) {
  return AddedTokens::build(listed, testing::make_vocabulary({"a", "b"}), nullptr).value();
}

struct FindCase {
  std::string_view name;
  std::vector<AddedToken> listed;  // ids from 2
  std::string_view text;
  std::string_view found;  // [id:text] for tokens
};

class AddedTokensTest : public ::testing::TestWithParam<FindCase> {};

TEST_P(AddedTokensTest, AreFoundInText) {
  std::vector<AddedMatch> matches;
  build(GetParam().listed).find_raw(GetParam().text, matches);
  std::string found;
  for (const AddedMatch& match : matches) {
    const std::string_view piece = slice(GetParam().text, match.span);
    if (!found.empty()) found += '|';
    found += match.id ? fmt::format("[{}:{}]", *match.id, piece) : piece;
  }
  EXPECT_EQ(found, GetParam().found);
}

AddedToken raw(std::string content) { return {.content = std::move(content), .normalized = false}; }
AddedToken alone(std::string content) {
  return {.content = std::move(content), .single_word = true, .normalized = false};
}
AddedToken left(std::string content) {
  return {.content = std::move(content), .lstrip = true, .normalized = false};
}
AddedToken right(std::string content) {
  return {.content = std::move(content), .rstrip = true, .normalized = false};
}

INSTANTIATE_TEST_SUITE_P(
    Texts, AddedTokensTest,
    ::testing::Values(
        FindCase{"none", {}, "abc", "abc"}, FindCase{"empty_text", {raw("<s>")}, "", ""},
        FindCase{"between", {raw("<s>")}, "x<s>y", "x|[2:<s>]|y"},
        FindCase{"alone", {raw("<s>")}, "<s>", "[2:<s>]"},
        FindCase{"side_by_side", {raw("<s>")}, "<s><s>", "[2:<s>]|[2:<s>]"},
        FindCase{"leftmost", {raw("bc"), raw("ab")}, "abc", "[3:ab]|c"},
        FindCase{"longest", {raw("ab"), raw("abcd"), raw("abc")}, "abcabcd", "[4:abc]|[3:abcd]"},
        FindCase{"almost", {raw("abcd"), raw("bc")}, "abce", "a|[3:bc]|e"},
        FindCase{"single_word", {alone("ab")}, "ab xab ab. abx é ab", "[2:ab]| xab |[2:ab]|. abx é |[2:ab]"},
        FindCase{"single_word_by_accents", {alone("ab")}, "éab", "éab"},
        FindCase{"single_word_by_joiner", {alone("ab")}, "ab\u200d", "ab\u200d"},
        FindCase{"passed_over_whole", {alone("aba"), raw("ba")}, "xaba", "xaba"},
        FindCase{"lstrip", {left("<m>")}, "x \n\u3000<m> y", "x|[2: \n\u3000<m>]| y"},
        FindCase{"lstrip_takes_no_token_back", {left("<m>"), right("<r>")}, "<r>  <m>", "[3:<r>  ]|[2:<m>]"},
        FindCase{"rstrip", {right("<m>")}, "x <m> \t y", "x |[2:<m> \t ]|y"},
        FindCase{"empty_ones_are_ignored", {raw(""), raw("<s>")}, "<s>", "[2:<s>]"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(AddedTokensTest, GetIdsAsInTheLibrary) {
  AddedToken fixed = raw("<f>");
  fixed.id = 77;
  const auto tokens = build({raw("b"), raw("<x>"), raw("<y>"), raw("<x>"), fixed});
  EXPECT_EQ(tokens.id("b"), 1U);  // the model's
  EXPECT_EQ(tokens.id("<x>"), 2U);
  EXPECT_EQ(tokens.id("<y>"), 3U);
  EXPECT_EQ(tokens.id("<f>"), 77U);
  EXPECT_EQ(tokens.id("<z>"), std::nullopt);
  EXPECT_EQ(tokens.token(3), "<y>");
  EXPECT_EQ(tokens.token(0), std::nullopt);
  EXPECT_EQ(tokens.id_limit(), 78U);
}

TEST(AddedTokensTest, AreNotedWhenTheirIdsAreNotThoseOfTheFile) {
  const auto claiming = [](std::string content, TokenId id) {
    return AddedToken{.content = std::move(content), .normalized = false, .claimed_id = id};
  };
  EXPECT_EQ(build({claiming("b", 1), claiming("<x>", 2)}).note(), std::nullopt);
  EXPECT_EQ(build({claiming("b", 1), claiming("<x>", 7)}).note(),
            "added token \"<x>\" has id 7 in the file and is given 2, as the library counts");
  EXPECT_EQ(build({claiming("b", 2), claiming("<x>", 7), claiming("<y>", 9)}).note(),
            "added token \"b\" has id 2 in the file and is given 1, as the library counts; 2 more have other "
            "ids, too");
}

TEST(AddedTokensTest, MayNotShareAnIdThatWasGiven) {
  const auto error = [](const std::vector<AddedToken>& listed) {
    return AddedTokens::build(listed, testing::make_vocabulary({"a", "b"}), nullptr).error();
  };
  const auto given = [](std::string content, TokenId id) {
    return AddedToken{.content = std::move(content), .normalized = false, .id = id};
  };
  EXPECT_THAT(error({given("<x>", 1)}).message,
              ::testing::HasSubstr("id 1 is given to \"b\" and to \"<x>\""));
  EXPECT_THAT(error({given("<x>", 5), given("<y>", 5)}).message, ::testing::HasSubstr("id 5 is given"));
  EXPECT_EQ(error({given("<x>", kMaxTokenId + 1)}).code, Errc::unsupported);
  EXPECT_EQ(build({given("b", 1), given("a", 9)}).id("a"), 9U);
}

TEST(AddedTokensTest, AreLookedForAsTheNormalizerWritesThem) {
  const LowerCase lower;
  const AddedToken normalized{.content = "Yes", .special = true};
  const auto tokens = AddedTokens::build({normalized, raw("No")}, Vocabulary{}, &lower).value();
  std::vector<AddedMatch> matches;
  tokens.find_normalized("yes no Yes", matches);
  ASSERT_EQ(matches.size(), 2U);
  EXPECT_EQ(matches[0].id, 0U);
  EXPECT_EQ(tokens.token(0), "yes");
  EXPECT_EQ(tokens.id("Yes"), 0U);
  EXPECT_FALSE(tokens.special(0));  // by its normalized form, which is not listed: as in the library
  matches.clear();
  tokens.find_raw("Yes No", matches);
  ASSERT_EQ(matches.size(), 2U);
  EXPECT_EQ(matches[1].id, 1U);
}

TEST(AddedTokensTest, HaveToBeDifferentOnceNormalized) {
  const LowerCase lower;
  const AddedToken one{.content = "Yes"};
  const AddedToken other{.content = "YES"};
  EXPECT_THAT(AddedTokens::build({one, other}, Vocabulary{}, &lower).error().message,
              ::testing::HasSubstr("added_tokens: two added tokens read \"yes\" once they are normalized"));
}

TEST(AddedTokensTest, OfWhiteSpaceMayNotTakeWhatFollows) {
  const auto built = AddedTokens::build({right(" ")}, Vocabulary{}, nullptr);
  ASSERT_FALSE(built.has_value());
  EXPECT_EQ(built.error().code, Errc::unsupported);
  EXPECT_THAT(built.error().message,
              ::testing::HasSubstr("added_tokens: \" \" is white space and has rstrip"));
}

TEST(AddedTokensTest, OfWhiteSpaceMayNotTakeBackWhatWasTaken) {
  const auto built = AddedTokens::build({left("  "), right("<r>")}, Vocabulary{}, nullptr);
  ASSERT_FALSE(built.has_value());
  EXPECT_EQ(built.error().code, Errc::unsupported);
  EXPECT_THAT(built.error().message,
              ::testing::HasSubstr("\"  \" is white space and has lstrip, \"<r>\" has"));
  AddedToken elsewhere = right("<r>");
  elsewhere.normalized = true;
  EXPECT_TRUE(AddedTokens::build({left("  "), elsewhere}, Vocabulary{}, nullptr).has_value());
}

}  // namespace
}  // namespace dynamo::tokens
