#include "text/aligned_text.h"

#include <gtest/gtest.h>

namespace dynamo::text {
namespace {

/// Each character and the bytes that it comes from: "a:0-1 é:1-3".
std::string show(const AlignedText& text) {
  std::string out;
  for (std::size_t at = 0; at < text.text().size();) {
    const std::size_t size = sequence_size(text.text()[at]);
    const Range range{.begin = static_cast<std::uint32_t>(at), .end = static_cast<std::uint32_t>(at + size)};
    const Range origin = text.origin(range);
    out += fmt::format("{}{}:{}-{}", out.empty() ? "" : " ", range.of(text.text()), origin.begin, origin.end);
    at += size;
  }
  return out;
}

Edits edits(std::initializer_list<Edits::Edit> list) {
  Edits out;
  for (const auto& edit : list) out.put(edit.character, edit.change);
  return out;
}

TEST(AlignedText, EveryCharacterComesFromItself) {
  const AlignedText text("aé中");
  EXPECT_EQ(show(text), "a:0-1 é:1-3 中:3-6");
  EXPECT_EQ(text.origin(), (Range{.begin = 0, .end = 6}));
}

TEST(AlignedText, ReplacementCharactersComeFromTheBrokenBytes) {
  const AlignedText text("a\xFF\xE4\xB8z\x80");
  EXPECT_EQ(text.text(), "a\uFFFD\uFFFDz\uFFFD");
  EXPECT_EQ(show(text), "a:0-1 \uFFFD:1-2 \uFFFD:2-4 z:4-5 \uFFFD:5-6");
}

TEST(AlignedText, PartOfACharacterComesFromAllOfIt) {
  const AlignedText text("中");
  EXPECT_EQ(text.origin({.begin = 1, .end = 2}), (Range{.begin = 0, .end = 3}));
}

TEST(AlignedText, SlicesKnowWhereTheyWere) {
  const AlignedText piece = AlignedText("aé中z").slice({.begin = 1, .end = 6});
  EXPECT_EQ(piece.text(), "é中");
  EXPECT_EQ(show(piece), "é:1-3 中:3-6");
  EXPECT_EQ(piece.origin(), (Range{.begin = 1, .end = 6}));
  EXPECT_EQ(piece.slice({.begin = 2, .end = 5}).origin(), (Range{.begin = 3, .end = 6}));
}

TEST(AlignedText, AddedCharactersShareTheOriginOfWhatIsBefore) {
  AlignedText text("é中");
  text.transform(edits({{'e', 0}, {'x', 1}, {' ', 0}, {' ', 1}}));
  EXPECT_EQ(show(text), "e:0-2 x:0-2  :2-5  :2-5");
}

TEST(AlignedText, RemovedCharactersLeaveGaps) {
  AlignedText text("abcdef");
  Edits changes;
  changes.skip();
  changes.put('b', 0);
  changes.skip();
  changes.skip();
  changes.put('E', 0);
  changes.skip();
  text.transform(changes);
  EXPECT_EQ(show(text), "b:1-2 E:4-5");
  EXPECT_EQ(text.origin(), (Range{.begin = 0, .end = 6}));
  EXPECT_EQ(text.slice({.begin = 0, .end = 2}).origin(), (Range{.begin = 1, .end = 5}));
}

TEST(AlignedText, EverythingMayGo) {
  AlignedText text("ab");
  Edits changes;
  changes.skip();
  changes.skip();
  text.transform(changes);
  EXPECT_TRUE(text.empty());
}

TEST(AlignedText, MoreCharactersThanThereWereShareTheLastOrigin) {
  AlignedText text("ab");
  text.transform(edits({{'x', 0}, {'y', 0}, {'z', 0}}));
  EXPECT_EQ(show(text), "x:0-1 y:1-2 z:1-2");
}

TEST(AlignedText, WhatIsPrependedComesFromTheFirstCharacter) {
  AlignedText text("éa");
  text.prepend("▁x");
  EXPECT_EQ(show(text), "▁:0-2 x:0-2 é:0-2 a:2-3");
  AlignedText nothing("");
  nothing.prepend("x");
  EXPECT_TRUE(nothing.empty());
}

TEST(AlignedText, ReplacementsComeFromTheLastCharacterReplaced) {
  AlignedText text("a  b c");
  text.replace(std::vector<Range>{{.begin = 1, .end = 3}, {.begin = 4, .end = 5}}, "__");
  EXPECT_EQ(show(text), "a:0-1 _:2-3 _:2-3 b:3-4 _:4-5 _:4-5 c:5-6");
}

TEST(AlignedText, InsertedAtTheVeryBeginningComesFromNothing) {
  AlignedText text("ab");
  text.replace(std::vector<Range>{{.begin = 0, .end = 0}, {.begin = 2, .end = 2}}, "_");
  EXPECT_EQ(show(text), "_:0-0 a:0-1 b:1-2 _:1-2");
}

}  // namespace
}  // namespace dynamo::text
