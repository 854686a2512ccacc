#pragma once

#include <gtest/gtest.h>
#include <random>

#include "parsers/parser.h"

/// What the tests of the formats share: every row of a table is also a property, the same for all cuts of its
/// text.
namespace dynamo::parsers::test {

struct FormatCase {
  std::string_view name;
  std::string_view text;
  std::string_view told;    // see `shown`
  std::string_view tool{};  // parsers
  std::string_view reasoning{};
  std::string_view tools{};  // JSON; empty: the request names none
  friend void PrintTo(const FormatCase& row, std::ostream* out) { *out << row.name; }
};

/// Counts: the ids of calls are all different and known in advance.
inline Random counting() {
  return [next = std::uint64_t{0}]() mutable { return next++; };
}

inline ParserOptions options_of(const FormatCase& row) {
  ParserOptions options{.reasoning_parser = std::string(row.reasoning), .tool_parser = std::string(row.tool)};
  options.writer.random = counting();
  if (!row.tools.empty()) options.writer.tools = Tools::parse(json::parse(row.tools).value()).value();
  return options;
}

/// All deltas of an answer that comes in these pieces, joined where they go on.
inline std::vector<Delta> read_pieces(Parser& parser, const std::vector<std::string_view>& pieces) {
  std::vector<Delta> all;
  for (const auto piece : pieces) {
    for (auto& delta : parser.feed(piece)) append_delta(all, std::move(delta));
  }
  for (auto& delta : parser.finish()) append_delta(all, std::move(delta));
  return all;
}

/// Deltas for people: R"(R'thought' C'said' f{"a":1})". A call's arguments may be split by what came between.
inline std::string shown(const std::vector<Delta>& deltas) {
  std::string out;
  for (const auto& delta : deltas) {
    if (!out.empty()) out += ' ';
    if (delta.kind == Delta::Kind::reasoning) out += "R'" + delta.text + "'";
    if (delta.kind == Delta::Kind::content) out += "C'" + delta.text + "'";
    if (delta.kind == Delta::Kind::call) out += delta.name + delta.text;
    if (delta.kind == Delta::Kind::arguments) out += "…" + delta.text;
  }
  return out;
}

inline std::string told(const FormatCase& row, const std::vector<std::string_view>& pieces,
                        Arguments arguments = Arguments::streamed) {
  ParserOptions options = options_of(row);
  options.writer.arguments = arguments;
  auto parser = Parser::make(std::move(options));
  return parser ? shown(read_pieces(*parser, pieces)) : parser.error().message;
}

inline std::vector<std::string_view> single_bytes(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < text.size(); ++i) out.push_back(text.substr(i, 1));
  return out;
}

inline std::vector<std::string_view> random_pieces(std::string_view text, std::mt19937& random) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const auto size =
        std::uniform_int_distribution<std::size_t>(0, std::min<std::size_t>(text.size(), 12))(random);
    out.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return out;
}

/// The row itself, then the same for every single cut, for single bytes and for random pieces.
inline void expect_told(const FormatCase& row) {
  EXPECT_EQ(told(row, {row.text}), row.told);
  for (const Arguments mode : {Arguments::streamed, Arguments::whole}) {
    const std::string want = told(row, {row.text}, mode);
    EXPECT_EQ(told(row, single_bytes(row.text), mode), want) << "in single bytes";
    for (std::size_t cut = 0; cut <= row.text.size(); ++cut) {
      ASSERT_EQ(told(row, {row.text.substr(0, cut), row.text.substr(cut)}, mode), want) << "cut at " << cut;
    }
    std::mt19937 random(7);
    for (int round = 0; round < 20; ++round) {
      ASSERT_EQ(told(row, random_pieces(row.text, random), mode), want) << "round " << round;
    }
  }
}

inline std::string row_name(const ::testing::TestParamInfo<FormatCase>& row) {
  return std::string(row.param.name);
}

}  // namespace dynamo::parsers::test
