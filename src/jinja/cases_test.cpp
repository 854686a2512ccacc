#include <cstdlib>
#include <gtest/gtest.h>

#include "base/file.h"

#include "jinja/template.h"

/// Cases that tests/templates/expressions.py has rendered by jinja2, drawn by lot (cases.jsonl) or written
/// down (written.jsonl): a first line with the variables of all, then one line each, which has "template" and
/// either "want", a text, or "fails", a message. DYNAMO_JINJA_CASES names a file of other cases.
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

void expect_all_as_jinja_does(const std::string& path) {
  const auto rows = read_cases(path);
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

TEST(Cases, DrawnByLotAreRenderedAsJinjaDoes) {
  const char* others = std::getenv("DYNAMO_JINJA_CASES");
  expect_all_as_jinja_does(others != nullptr ? others : DYNAMO_SOURCE_DIR "/src/jinja/testdata/cases.jsonl");
}

TEST(Cases, WrittenDownAreRenderedAsJinjaDoes) {
  expect_all_as_jinja_does(DYNAMO_SOURCE_DIR "/src/jinja/testdata/written.jsonl");
}

}  // namespace
}  // namespace dynamo::jinja
