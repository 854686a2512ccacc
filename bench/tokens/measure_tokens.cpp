// What the tokenizer costs, in CPU time of its one thread.
//   measure_tokens encode|offsets|decode|detokenize TOKENIZER PROMPTS ROUNDS
//   measure_tokens turns TOKENIZER PROMPTS ROUNDS     pairs of prompts; only the second of each is timed
//   measure_tokens load TOKENIZER
// PROMPTS is a JSON array of strings, or, unless it ends in .json, a file that is one prompt.
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <malloc.h>

#include "base/file.h"
#include "base/json.h"

#include "tokens/detokenizer.h"
#include "tokens/prompt_cache.h"
#include "tokens/tokenizer.h"

namespace {

using namespace dynamo;
using tokens::TokenId;
using tokens::Tokenizer;

/// Whether tokens that the post-processor adds are left out: there are none in what is compared.
constexpr tokens::EncodeOptions kBare{.add_special_tokens = false};
constexpr std::size_t kCacheBytes = 64 << 20;

[[noreturn]] void die(std::string_view why) {
  fmt::print(stderr, "measure_tokens: {}\n", why);
  std::exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) die(result.error().message);
  return std::move(*result);
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::vector<std::string> read_prompts(const std::string& path) {
  std::string content = must(read_file(path));
  if (!path.ends_with(".json")) return {std::move(content)};
  std::vector<std::string> prompts;
  for (const json::value& prompt : must(json::parse(content)).as_array())
    prompts.emplace_back(prompt.as_string());
  return prompts;
}

/// Sums up all ids in order, so that both sides can be seen to have done the same.
class Digest {
 public:
  void add(std::span<const TokenId> ids) {
    count_ += ids.size();
    for (const TokenId id : ids) hash_ = (hash_ * 31 + id) % 2147483647;
  }
  std::size_t count() const { return count_; }
  std::uint64_t hash() const { return hash_; }

 private:
  std::size_t count_ = 0;
  std::uint64_t hash_ = 7;
};

struct Measured {
  std::size_t bytes = 0;  // per round
  Digest digest;          // of the last round
  std::vector<double> seconds;
};

void print(const Measured& measured) {
  fmt::print("{{\"bytes\": {}, \"tokens\": {}, \"digest\": {}, \"seconds\": [{:.6f}]}}\n", measured.bytes,
             measured.digest.count(), measured.digest.hash(), fmt::join(measured.seconds, ", "));
}

/// Times `work`, which gives the tokens of one prompt, over all prompts, round by round.
template <class Work>
Measured over(const std::vector<std::string>& prompts, int rounds, Work work) {
  Measured measured;
  for (const std::string& prompt : prompts) measured.bytes += prompt.size();
  for (int round = 0; round < rounds; ++round) {
    Digest digest;
    double spent = 0;
    for (const std::string& prompt : prompts) {
      const double begin = cpu_seconds();
      const auto ids = work(prompt);
      spent += cpu_seconds() - begin;
      digest.add(ids);
    }
    measured.seconds.push_back(spent);
    measured.digest = digest;
  }
  return measured;
}

Measured encode(const Tokenizer& tokenizer, const std::vector<std::string>& prompts, int rounds) {
  return over(prompts, rounds,
              [&](const std::string& prompt) { return must(tokenizer.encode(prompt, kBare)); });
}

Measured offsets(const Tokenizer& tokenizer, const std::vector<std::string>& prompts, int rounds) {
  return over(prompts, rounds, [&](const std::string& prompt) {
    return must(tokenizer.encode_with_offsets(prompt, kBare)).ids;
  });
}

/// Conversations: each even prompt has been seen when the odd one behind it comes.
Measured turns(const Tokenizer& tokenizer, const std::vector<std::string>& prompts, int rounds) {
  Measured measured;
  for (int round = 0; round < rounds; ++round) {
    tokens::PromptCache seen(kCacheBytes);
    measured.bytes = 0;
    measured.digest = {};
    double spent = 0;
    for (std::size_t at = 0; at + 1 < prompts.size(); at += 2) {
      must(tokenizer.encode(prompts[at], kBare, seen));
      const double begin = cpu_seconds();
      const auto ids = must(tokenizer.encode(prompts[at + 1], kBare, seen));
      spent += cpu_seconds() - begin;
      measured.bytes += prompts[at + 1].size();
      measured.digest.add(ids);
    }
    measured.seconds.push_back(spent);
  }
  return measured;
}

/// The tokens of all prompts, to be turned back into text.
std::vector<std::vector<TokenId>> encoded(const Tokenizer& tokenizer,
                                          const std::vector<std::string>& prompts) {
  std::vector<std::vector<TokenId>> all;
  for (const std::string& prompt : prompts) all.push_back(must(tokenizer.encode(prompt, kBare)));
  return all;
}

/// Times `work`, which gives the length of the text of one prompt's tokens.
template <class Work>
Measured over_tokens(const Tokenizer& tokenizer, const std::vector<std::string>& prompts, int rounds,
                     Work work) {
  Measured measured;
  const auto all = encoded(tokenizer, prompts);
  for (int round = 0; round < rounds; ++round) {
    measured.bytes = 0;
    measured.digest = {};
    const double begin = cpu_seconds();
    for (const auto& ids : all) measured.bytes += work(ids);
    measured.seconds.push_back(cpu_seconds() - begin);
    for (const auto& ids : all) measured.digest.add(ids);
  }
  return measured;
}

Measured decode(const Tokenizer& tokenizer, const std::vector<std::string>& prompts, int rounds) {
  return over_tokens(tokenizer, prompts, rounds,
                     [&](std::span<const TokenId> ids) { return must(tokenizer.decode(ids, true)).size(); });
}

/// One token at a time, as they come from an engine, with two stop strings to look for.
Measured detokenize(std::shared_ptr<const Tokenizer> tokenizer, const std::vector<std::string>& prompts,
                    int rounds) {
  const tokens::DetokenizeOptions options{.stop = {"<never>", "\nnever said"}};
  return over_tokens(*tokenizer, prompts, rounds, [&](std::span<const TokenId> ids) {
    tokens::Detokenizer stream(tokenizer, options);
    std::size_t bytes = 0;
    for (const TokenId id : ids) bytes += stream.feed(id).size();
    return bytes + stream.finish().size();
  });
}

/// MiB that /proc/self/status gives for `name`.
double status_mib(std::string_view name) {
  const std::string status = must(read_file("/proc/self/status"));
  const std::size_t at = status.find(name);
  return std::strtod(status.c_str() + at + name.size() + 1, nullptr) / 1024;
}

/// Loads once: memory is that of a process that does nothing else.
void load(const char* path) {
  const double before = status_mib("VmRSS");
  const double begin = cpu_seconds();
  const auto tokenizer = must(Tokenizer::load(path));
  const double seconds = cpu_seconds() - begin;
  malloc_trim(0);
  fmt::print("{{\"vocabulary\": {}, \"seconds\": {:.6f}, \"mib\": {:.1f}, \"peak_mib\": {:.1f}}}\n",
             tokenizer->vocabulary_size(), seconds, status_mib("VmRSS") - before,
             status_mib("VmHWM") - before);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "load" && argc == 3) {
    load(argv[2]);
    return 0;
  }
  if (argc != 5)
    die("usage: measure_tokens encode|offsets|turns|decode|detokenize TOKENIZER PROMPTS ROUNDS, or load "
        "TOKENIZER");
  const auto tokenizer = must(Tokenizer::load(argv[2]));
  const auto prompts = read_prompts(argv[3]);
  const int rounds = std::max(1, std::atoi(argv[4]));
  if (what == "encode")
    print(encode(*tokenizer, prompts, rounds));
  else if (what == "offsets")
    print(offsets(*tokenizer, prompts, rounds));
  else if (what == "turns")
    print(turns(*tokenizer, prompts, rounds));
  else if (what == "decode")
    print(decode(*tokenizer, prompts, rounds));
  else if (what == "detokenize")
    print(detokenize(tokenizer, prompts, rounds));
  else
    die("nothing is measured by that name");
}
