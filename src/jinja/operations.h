#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "jinja/ast.h"
#include "jinja/object.h"

/// What Python does with values: operators, comparison, lookup, printing. Every function fails the rendering
/// where Python raises an exception.
namespace dynamo::jinja {

/// As Python's `type(x).__name__`: "str", "NoneType".
std::string_view type_name(const Value& value);

// comparison.cpp
bool truth(Runtime& runtime, const Value& value);
bool equal(Runtime& runtime, const Value& left, const Value& right);
/// Whether `left < right`; `shown` is the operator that messages name.
bool less(Runtime& runtime, const Value& left, const Value& right, std::string_view shown = "<");
bool compare(Runtime& runtime, Comparison comparison, const Value& left, const Value& right);
bool contains(Runtime& runtime, const Value& container, const Value& element);
/// Equal values have equal hashes. Fails for lists and dicts.
std::size_t hash(Runtime& runtime, const Value& value);

// arithmetic.cpp
/// `left operation right`
Value arithmetic(Runtime& runtime, Operation operation, const Value& left, const Value& right);
Value negate(Runtime& runtime, const Value& value);
Value plus(Runtime& runtime, const Value& value);

// access.cpp
/// len(x); nothing for what has none.
std::optional<std::size_t> length(Runtime& runtime, const Value& value);
/// `object.name` and `object[index]` as the sandbox does them: undefined where there is nothing.
Value attribute(Runtime& runtime, const Value& object, std::string_view name);
Value element(Runtime& runtime, const Value& object, const Value& index);
/// `object[start:stop:step]`; missing bounds are missing values.
struct SliceBounds {
  Value start;
  Value stop;
  Value step;
};
Value slice(Runtime& runtime, const Value& object, const SliceBounds& bounds);
/// The value of `key`, or a missing value.
Value find_entry(Runtime& runtime, const Value& dict, const Value& key);

// printing.cpp
void print(Runtime& runtime, const Value& value, std::string& out);
void print_repr(Runtime& runtime, const Value& value, std::string& out);
void print_text_repr(std::string_view text, std::string& out);
/// str(x), without a copy for what is text already.
Value to_text(Runtime& runtime, const Value& value);
std::string_view text_of(Runtime& runtime, const Value& value);

// percent_format.cpp, format_method.cpp
/// `format % arguments`; a format that is markup escapes them.
Value format_percent(Runtime& runtime, const Value& format, const Value& arguments);
/// `format.format(…)`; the same.
Value format_braces(Runtime& runtime, const Value& format, const Arguments& arguments);

// calls.cpp
Value call(Runtime& runtime, const Value& callee, const Arguments& arguments);
bool is_callable(const Value& value);

/// Fails for the views of dicts, which Python subtracts and compares as sets.
void refuse_sets(Runtime& runtime, const Value& left, const Value& right);
/// Fails with what is known of an undefined value, when it is one.
void require_defined(Runtime& runtime, const Value& value);

/// A dict being made: later values replace earlier ones of the same key.
class DictBuilder {
 public:
  explicit DictBuilder(Runtime& runtime) : runtime_(runtime) {}
  void set(const Value& key, const Value& value);
  /// All entries of another dict, or pairs of an iterable, as Python's dict() takes them.
  void set_all(const Value& source);
  Value finish();

 private:
  void index(std::size_t position);
  std::optional<std::size_t> find(const Value& key) const;
  void grow_table();

  Runtime& runtime_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> table_;
};

/// Goes through the elements of anything iterable.
class Cursor {
 public:
  /// Fails when `iterable` is not.
  Cursor(Runtime& runtime, const Value& iterable);
  bool next(Value& out);

 private:
  bool next_character(Value& out);

  Runtime& runtime_;
  Value source_;
  std::size_t at_ = 0;
  std::size_t size_ = 0;
};

bool is_iterable(const Value& value);
std::vector<Value> collect(Runtime& runtime, const Value& iterable);

}  // namespace dynamo::jinja
