#include <cstdlib>
#include <gtest/gtest.h>

#include "base/file.h"

#include "jinja/template.h"

/// Cases that tests/templates/expressions.py draws by lot and has rendered by jinja2: a first line with the
/// variables of all, then one line each, {"template": …, "want": text} or {"template": …, "fails": message}.
/// DYNAMO_JINJA_CASES names a file of more cases than testdata has.
namespace dynamo::jinja {
namespace {

constexpr std::size_t kShown = 25;

std::vector<json::object> read_cases(const std::string& path) {
  std::vector<json::object> out;
  const auto text = read_file(path).value_or("");
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    out.push_back(json::parse(std::string_view(text).substr(at, end - at)).value().as_object());
    at = end + 1;
  }
  return out;
}

enum class Outcome : std::uint8_t { same, different, refused };

/// What became of one case; `report` says how it differs.
Outcome outcome(const json::object& row, const json::object& variables, std::string& report) {
  const auto source = json::string_at(row, {"template"});
  const auto parsed = Template::parse(source);
  const auto text = parsed ? parsed->render(variables) : std::unexpected(parsed.error());
  const auto* want = json::find(row, {"want"});
  if (!text && text.error().code == Errc::unsupported)
    return want != nullptr ? Outcome::refused : Outcome::same;
  const auto shown = text ? *text : "error: " + text.error().message;
  const auto wanted = want != nullptr ? std::string(want->as_string())
                                      : "error: " + std::string(json::string_at(row, {"fails"}));
  report = fmt::format("{}\n  want {}\n  have {}", source, wanted, shown);
  const bool same = want == nullptr ? !text : text && *text == wanted;
  return same ? Outcome::same : Outcome::different;
}

TEST(Cases, AreRenderedAsJinjaDoes) {
  const char* more = std::getenv("DYNAMO_JINJA_CASES");
  const auto rows = read_cases(more != nullptr ? more : DYNAMO_SOURCE_DIR "/src/jinja/testdata/cases.jsonl");
  ASSERT_GT(rows.size(), 100U);
  std::size_t different = 0;
  std::size_t refused = 0;
  for (const auto& row : std::span(rows).subspan(1)) {
    std::string report;
    const auto found = outcome(row, rows.front(), report);
    if (found == Outcome::refused) ++refused;
    if (found == Outcome::different && ++different <= kShown) ADD_FAILURE() << report;
  }
  EXPECT_EQ(different, 0U) << "of " << rows.size() - 1;
  EXPECT_LT(refused * 50, rows.size()) << "too many are refused by name to prove much";
  fmt::print("{} cases, {} of them refused by name\n", rows.size() - 1, refused);
}

}  // namespace
}  // namespace dynamo::jinja
