#include <fmt/format.h>

#include "jinja/attributes.h"

/// Filters that apply filters and tests to each element.
namespace dynamo::jinja {
namespace {

/// The name of a filter or test, and the arguments behind it.
struct Applied {
  const Builtin* builtin;
  Arguments arguments;
};

Applied applied(Runtime& runtime, const Arguments& all, std::size_t skip, bool filter) {
  const auto& name = all.positional[skip];
  const auto* what = filter ? "filter" : "test";
  const auto* found = !name.is_text() ? nullptr
                      : filter        ? find_filter(name.as_text())
                                      : find_test(name.as_text());
  if (found == nullptr) runtime.fail(fmt::format("No {} named '{}'.", what, text_of(runtime, name)));
  return {found, {all.positional.subspan(skip + 1), all.keywords}};
}

Value map_attribute(Runtime& runtime, const Value& self, const Arguments& all) {
  for (const auto& [name, value] : all.keywords) {
    if (name != "attribute" && name != "default") {
      runtime.fail(fmt::format("Unexpected keyword argument '{}'", name));
    }
  }
  const AttributePath path(runtime, *all.keyword("attribute"));
  const auto* fallback = all.keyword("default");
  std::vector<Value> out;
  Cursor cursor(runtime, self);
  for (Value item; cursor.next(item);)
    out.push_back(path.of(item, fallback == nullptr ? Value() : *fallback));
  return generator(runtime, out);
}

Value map(Runtime& runtime, const Value& self, const Given& given) {
  const auto& all = *given.all;
  if (!truth(runtime, self)) return generator(runtime, {});
  if (all.positional.empty() && all.keyword("attribute") != nullptr) return map_attribute(runtime, self, all);
  if (all.positional.empty()) runtime.fail("map requires a filter argument");
  const auto [builtin, arguments] = applied(runtime, all, 0, true);
  std::vector<Value> out;
  Cursor cursor(runtime, self);
  for (Value item; cursor.next(item);) out.push_back(invoke(runtime, *builtin, item, arguments));
  return generator(runtime, out);
}

enum class Keep : std::uint8_t { passing, failing };
enum class Look : std::uint8_t { item, attribute };

template <Keep kKeep, Look kLook>
Value select(Runtime& runtime, const Value& self, const Given& given) {
  const auto& all = *given.all;
  if (!truth(runtime, self)) return generator(runtime, {});
  constexpr std::size_t kSkip = kLook == Look::attribute ? 1 : 0;
  if (all.positional.size() < kSkip) runtime.fail("Missing parameter for attribute name");
  const AttributePath path(runtime, kSkip == 0 ? Value() : all.positional.front());
  const bool tests = all.positional.size() > kSkip;
  const auto [builtin, arguments] = tests ? applied(runtime, all, kSkip, false) : Applied{nullptr, {}};
  std::vector<Value> out;
  Cursor cursor(runtime, self);
  for (Value item; cursor.next(item);) {
    const auto subject = path.of(item);
    const bool passes = truth(runtime, tests ? invoke(runtime, *builtin, subject, arguments) : subject);
    if (passes == (kKeep == Keep::passing)) out.push_back(item);
  }
  return generator(runtime, out);
}

constexpr Builtin kFilters[] = {
    open_builtin("map", map),
    open_builtin("select", select<Keep::passing, Look::item>),
    open_builtin("reject", select<Keep::failing, Look::item>),
    open_builtin("selectattr", select<Keep::passing, Look::attribute>),
    open_builtin("rejectattr", select<Keep::failing, Look::attribute>),
};

}  // namespace

std::span<const Builtin> selection_filters() { return kFilters; }

}  // namespace dynamo::jinja
