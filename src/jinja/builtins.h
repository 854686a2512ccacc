#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "jinja/object.h"
#include "jinja/text_tools.h"

/// Filters, tests, global functions and methods: tables of functions with the parameters that Python knows
/// them by.
namespace dynamo::jinja {

inline constexpr std::size_t kMostParameters = 6;

/// The arguments of a builtin, each at the place of its parameter; missing where none was given.
struct Given {
  std::array<Value, kMostParameters> values{};
  const Arguments* all = nullptr;  // as they were passed

  const Value& operator[](std::size_t index) const { return values[index]; }
  bool has(std::size_t index) const { return !values[index].is_missing(); }
};

/// A function of the engine. `self` is the operand of a filter or test, the object of a method.
struct Builtin {
  std::string_view name;
  Value (*run)(Runtime& runtime, const Value& self, const Given& given);
  std::uint8_t required = 0;  // of the parameters, counted from the first
  /// Empty names stand for parameters that have a place only.
  std::array<std::string_view, kMostParameters> parameters{};
  std::uint8_t count = 0;  // of the parameters
  bool open = false;       // takes any arguments, through Given::all
};

/// A row of a table; `parameters` are names, those that must be given first.
template <class... Names>
constexpr Builtin builtin(std::string_view name, decltype(Builtin::run) run, std::uint8_t required = 0,
                          Names... parameters) {
  return {name,
          run,
          required,
          {std::string_view(parameters)...},
          static_cast<std::uint8_t>(sizeof...(parameters))};
}
constexpr Builtin open_builtin(std::string_view name, decltype(Builtin::run) run) {
  return {name, run, 0, {}, 0, true};
}

/// Puts the arguments at their parameters and runs the builtin. Fails as Python does when they do not fit.
Value invoke(Runtime& runtime, const Builtin& builtin, const Value& self, const Arguments& arguments);

const Builtin* find_filter(std::string_view name);
const Builtin* find_test(std::string_view name);
const Builtin* find_global(std::string_view name);

/// A global function as a value.
Value global_function(Runtime& runtime, const Builtin& builtin);
/// The method `name` of a text, list, tuple or dict, bound to it; missing where there is none.
Value bound_method(Runtime& runtime, const Value& object, std::string_view name);
/// Whether the sandbox hides the method because it would change its object.
bool changes_its_object(const Value& object, std::string_view name);

/// The rows that each file of builtins contributes.
std::span<const Builtin> text_filters();
std::span<const Builtin> markup_filters();
std::span<const Builtin> number_filters();
std::span<const Builtin> sequence_filters();
std::span<const Builtin> selection_filters();
std::span<const Builtin> order_filters();
std::span<const Builtin> text_methods();
std::span<const Builtin> text_search_methods();
std::span<const Builtin> text_class_methods();
std::span<const Builtin> sequence_methods();
std::span<const Builtin> list_methods();
std::span<const Builtin> dict_methods();

/// The filter `tojson` of transformers.
Value to_json(Runtime& runtime, const Value& self, const Given& given);

/// text.replace(…) and padding, within the limits of the rendering.
Value replaced(Runtime& runtime, std::string_view text, std::string_view old, std::string_view with,
               std::int64_t most);
Value padded(Runtime& runtime, std::string_view text, std::int64_t width, std::string_view fill, Align align);

/// Reading of arguments, with Python's complaints.
std::int64_t whole_argument(Runtime& runtime, const Given& given, std::size_t index, std::int64_t absent);
std::string_view text_argument(Runtime& runtime, const Given& given, std::size_t index,
                               std::string_view absent);
bool flag_argument(Runtime& runtime, const Given& given, std::size_t index);

}  // namespace dynamo::jinja
