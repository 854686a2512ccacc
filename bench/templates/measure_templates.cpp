// measure_templates TEMPLATE VARIABLES.json SECONDS: how long one rendering takes, and one reading of the
// template.
#include <chrono>
#include <cstdio>
#include <fmt/format.h>

#include "base/file.h"

#include "jinja/template.h"

namespace {

using Clock = std::chrono::steady_clock;

/// Nanoseconds of one call of `work`, the smallest of the batches that fit in `seconds`.
template <class Work>
double fastest(double seconds, const Work& work) {
  constexpr int kBatch = 200;
  double best = 1e18;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < end) {
    const auto begin = Clock::now();
    for (int i = 0; i < kBatch; ++i) work();
    best = std::min(best, std::chrono::duration<double, std::nano>(Clock::now() - begin).count() / kBatch);
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fputs("usage: measure_templates TEMPLATE VARIABLES.json SECONDS\n", stderr), 2;
  const auto source = dynamo::read_file(argv[1]).value();
  const auto variables = dynamo::json::parse(dynamo::read_file(argv[2]).value()).value();
  const auto parsed = dynamo::jinja::Template::parse(source).value();
  const auto text = parsed.render(variables.as_object()).value();
  const double seconds = std::stod(argv[3]);
  const auto render = fastest(seconds, [&] { return parsed.render(variables.as_object()).value().size(); });
  const auto parse = fastest(seconds, [&] { return dynamo::jinja::Template::parse(source).has_value(); });
  fmt::print("{{\"render_us\": {:.2f}, \"parse_us\": {:.2f}, \"bytes\": {}}}\n", render / 1000, parse / 1000,
             text.size());
  return 0;
}
