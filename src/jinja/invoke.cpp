#include <algorithm>
#include <fmt/format.h>

#include "jinja/markup.h"
#include "jinja/operations.h"

namespace dynamo::jinja {
namespace {

std::size_t place_of(Runtime& runtime, const Builtin& builtin, std::string_view keyword) {
  const auto* end = builtin.parameters.begin() + builtin.count;
  const auto* found = std::find(builtin.parameters.begin(), end, keyword);
  if (found == end || keyword.empty()) {
    runtime.fail(fmt::format("{}() got an unexpected keyword argument '{}'", builtin.name, keyword));
  }
  return static_cast<std::size_t>(found - builtin.parameters.begin());
}

void place_arguments(Runtime& runtime, const Builtin& builtin, const Arguments& arguments, Given& given) {
  const auto count = arguments.positional.size();
  if (count > builtin.count) {
    runtime.fail(
        fmt::format("{}() takes at most {} arguments ({} given)", builtin.name, builtin.count, count));
  }
  std::ranges::copy(arguments.positional, given.values.begin());
  for (const auto& [name, value] : arguments.keywords) {
    const auto place = place_of(runtime, builtin, name);
    if (given.has(place)) {
      runtime.fail(fmt::format("{}() got multiple values for argument '{}'", builtin.name, name));
    }
    given.values[place] = value;
  }
  for (std::size_t i = 0; i < builtin.required; ++i) {
    if (!given.has(i)) {
      runtime.fail(fmt::format("{}() missing required argument '{}'", builtin.name, builtin.parameters[i]));
    }
  }
}

/// A builtin and what it is a method of.
class Method final : public Object {
 public:
  Method(const Builtin& builtin, Value self) : builtin_(builtin), self_(self) {}
  std::string_view type_name() const override {
    return self_.is_missing() ? "function" : "builtin_function_or_method";
  }
  bool callable() const override { return true; }
  Value call(Runtime& runtime, const Arguments& arguments) override {
    if (self_.is_marked()) return run_on_markup(runtime, builtin_, self_, arguments);
    return invoke(runtime, builtin_, self_, arguments);
  }

 private:
  const Builtin& builtin_;
  Value self_;
};

const Builtin* find(std::initializer_list<std::span<const Builtin>> tables, std::string_view name) {
  for (const auto table : tables) {
    const auto found = std::ranges::find(table, name, &Builtin::name);
    if (found != table.end()) return &*found;
  }
  return nullptr;
}

}  // namespace

Value invoke(Runtime& runtime, const Builtin& builtin, const Value& self, const Arguments& arguments) {
  runtime.charge(1);
  Given given;
  given.all = &arguments;
  if (!builtin.open) place_arguments(runtime, builtin, arguments, given);
  return builtin.run(runtime, self, given);
}

Value global_function(Runtime& runtime, const Builtin& builtin) {
  return Value::object(runtime.heap.make<Method>(builtin, Value()));
}

Value bound_method(Runtime& runtime, const Value& object, std::string_view name) {
  const Builtin* found = nullptr;
  if (object.is_text()) found = find({text_methods(), text_search_methods(), text_class_methods()}, name);
  if (object.is_sequence()) found = find({sequence_methods()}, name);
  if (object.is_list() && found == nullptr) found = find({list_methods()}, name);
  if (object.is_dict()) found = find({dict_methods()}, name);
  return found == nullptr ? Value() : Value::object(runtime.heap.make<Method>(*found, object));
}

bool changes_its_object(const Value& object, std::string_view name) {
  static constexpr std::array<std::string_view, 8> kOfLists = {"append", "clear", "pop",    "reverse",
                                                               "insert", "sort",  "extend", "remove"};
  static constexpr std::array<std::string_view, 5> kOfDicts = {"clear", "pop", "popitem", "setdefault",
                                                               "update"};
  if (object.is_list()) return std::ranges::find(kOfLists, name) != kOfLists.end();
  return object.is_dict() && std::ranges::find(kOfDicts, name) != kOfDicts.end();
}

const Builtin* find_filter(std::string_view name) {
  return find({text_filters(), sequence_filters(), selection_filters(), order_filters(), number_filters(),
               markup_filters()},
              name);
}

bool is_callable(const Value& value) { return value.is_object() && value.as_object().callable(); }

Value call(Runtime& runtime, const Value& callee, const Arguments& arguments) {
  require_defined(runtime, callee);
  if (!callee.is_object()) runtime.fail(fmt::format("'{}' object is not callable", type_name(callee)));
  const Deeper deeper(runtime);
  return callee.as_object().call(runtime, arguments);
}

std::int64_t whole_argument(Runtime& runtime, const Given& given, std::size_t index, std::int64_t absent) {
  if (!given.has(index)) return absent;
  require_defined(runtime, given[index]);
  if (!given[index].is_whole()) {
    runtime.fail(fmt::format("'{}' object cannot be interpreted as an integer", type_name(given[index])));
  }
  return given[index].as_integer();
}

std::string_view text_argument(Runtime& runtime, const Given& given, std::size_t index,
                               std::string_view absent) {
  if (!given.has(index)) return absent;
  if (!given[index].is_text()) {
    require_defined(runtime, given[index]);
    runtime.fail(fmt::format("argument must be str, not {}", type_name(given[index])));
  }
  return given[index].as_text();
}

bool flag_argument(Runtime& runtime, const Given& given, std::size_t index) {
  return given.has(index) && truth(runtime, given[index]);
}

}  // namespace dynamo::jinja
