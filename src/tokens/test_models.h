#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tokens/bpe.h"
#include "tokens/byte_alphabet.h"

// Small models for tests.

namespace dynamo::tokens::testing {

/// The tokens get the ids 0, 1, 2, …
inline Vocabulary make_vocabulary(const std::vector<std::string>& tokens) {
  Vocabulary vocabulary;
  for (TokenId id = 0; id < tokens.size(); ++id) {
    if (!vocabulary.add(tokens[id], id)) std::abort();
  }
  return vocabulary;
}

/// Rules written "left right"; what they make has to be in the vocabulary.
inline std::vector<Merge> make_rules(const Vocabulary& vocabulary, const std::vector<std::string>& lines,
                                     std::size_t prefix_size = 0) {
  std::vector<Merge> rules;
  for (const std::string& line : lines) {
    const std::size_t space = line.find(' ');
    rules.push_back(
        Bpe::rule(vocabulary, line.substr(0, space), line.substr(space + 1), prefix_size).value());
  }
  return rules;
}

/// A model of `alphabet` and up to `count` tokens merged at random out of shorter ones.
struct RandomModel {
  Vocabulary vocabulary;
  std::vector<Merge> rules;

  RandomModel(const std::vector<std::string>& alphabet, std::size_t count, std::mt19937& random)
      : vocabulary(make_vocabulary(alphabet)) {
    for (std::size_t i = 0; i < count; ++i) add_merge(random);
  }

 private:
  void add_merge(std::mt19937& random) {
    const auto pick = [&] { return static_cast<TokenId>(random() % vocabulary.size()); };
    const TokenId left = pick();
    const TokenId right = pick();
    const std::string joined = std::string(*vocabulary.token(left)) + std::string(*vocabulary.token(right));
    if (joined.size() > 24) return;
    auto merged = vocabulary.id(joined);
    if (!merged) {
      merged = static_cast<TokenId>(vocabulary.size());
      if (!vocabulary.add(joined, *merged)) std::abort();
    }
    rules.push_back({left, right, *merged});
  }
};

inline std::vector<std::string> byte_alphabet() {
  std::vector<std::string> alphabet;
  for (int byte = 0; byte < 256; ++byte) {
    const char raw = static_cast<char>(byte);
    append_visible({&raw, 1}, alphabet.emplace_back());
  }
  return alphabet;
}

}  // namespace dynamo::tokens::testing
