#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/json.h"

namespace dynamo::jinja {

class Object;
struct Dict;
struct Items;
struct Absence;

enum class Kind : std::uint8_t {
  missing,    // nothing at all: an argument not given, a variable not assigned
  undefined,  // Jinja's Undefined: prints as nothing, fails on most operations
  none,
  boolean,
  integer,
  large,  // a whole number beyond 64 bits with sign, which JSON may hold: it can be shown and compared
  real,
  text,
  list,
  tuple,
  dict,
  json_list,  // a list or dict of the caller's document, which is referred to and never copied
  json_dict,
  object,  // everything with behaviour of its own: macros, ranges, namespaces, generators, …
};

/// A value of a template: sixteen bytes, copied freely. What it refers to lives in the rendering's heap, in
/// the template or in the caller's variables, all of which outlive it. Text is UTF-8; values never change,
/// apart from namespaces, generators and the like, which are objects.
class Value {
 public:
  constexpr Value() = default;
  static Value none() { return Value(Kind::none); }
  static Value boolean(bool value);
  static Value integer(std::int64_t value);
  static Value large(std::uint64_t value);
  static Value real(double value);
  static Value text(std::string_view text);
  /// Text at the start of a buffer that Heap::join may extend in place.
  static Value growing_text(std::string_view text);
  /// The same text, as markup (jinja/markup.h).
  Value as_marked() const;
  static Value undefined(const Absence* absence);
  static Value list(const Items* items);
  static Value tuple(const Items* items);
  static Value dict(const Dict* dict);
  static Value object(Object* object);
  static Value json(const json::value& value);
  static Value json(const json::object& value);

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  bool is_missing() const { return kind_ == Kind::missing; }
  bool is_undefined() const { return kind_ == Kind::undefined; }
  bool is_none() const { return kind_ == Kind::none; }
  bool is_text() const { return kind_ == Kind::text; }
  bool is_list() const { return kind_ == Kind::list || kind_ == Kind::json_list; }
  bool is_sequence() const { return is_list() || kind_ == Kind::tuple; }
  bool is_dict() const { return kind_ == Kind::dict || kind_ == Kind::json_dict; }
  bool is_object() const { return kind_ == Kind::object; }
  /// Python's int, of which bool is a kind.
  bool is_whole() const { return kind_ == Kind::integer || kind_ == Kind::boolean; }
  bool is_number() const { return is_whole() || kind_ == Kind::real || kind_ == Kind::large; }

  bool as_boolean() const { return integer_ != 0; }
  std::int64_t as_integer() const { return integer_; }
  std::uint64_t as_large() const { return static_cast<std::uint64_t>(integer_); }
  double as_real() const;
  std::string_view as_text() const { return {text_, size_}; }
  const Absence& as_absence() const { return *absence_; }
  Object& as_object() const { return *object_; }
  bool growing() const { return growing_; }
  bool is_marked() const { return marked_; }

  /// Elements of a list or tuple.
  std::size_t item_count() const;
  Value item(std::size_t index) const;
  /// Entries of a dict, in the order they were added.
  std::size_t entry_count() const;
  struct Entry entry(std::size_t index) const;
  const Dict& as_dict() const { return *dict_; }
  const json::object& as_json_object() const { return *json_object_; }
  /// Whether both are one and the same, as Python's `is` tells.
  bool same(const Value& other) const;
  /// Elements of a groupby pair answer to names as well.
  bool is_group() const;

 private:
  constexpr explicit Value(Kind kind) : kind_(kind) {}
  template <class T>
  static Value made(Kind kind, T Value::* member, T content);

  Kind kind_ = Kind::missing;
  bool growing_ = false;
  bool marked_ = false;
  std::uint32_t size_ = 0;  // bytes of a text
  union {
    std::int64_t integer_ = 0;
    double real_;
    const char* text_;
    const Absence* absence_;
    const Items* items_;
    const Dict* dict_;
    const json::array* json_array_;
    const json::object* json_object_;
    Object* object_;
  };
};

struct Entry {
  Value key;
  Value value;
};

/// The elements of a list or tuple.
struct Items {
  std::span<const Value> values;
  bool group = false;  // a pair of groupby: also `.grouper` and `.list`
};

/// A dict made by the template. Larger ones have a hash table over their entries.
struct Dict {
  std::span<const Entry> entries;
  std::span<const std::uint32_t>
      table{};  // position + 1 of an entry, 0 for a free place; a power of two long
};

/// Why a value is undefined: what the error says that using it gives. The words are put together only then.
struct Absence {
  std::string_view message{};  // the whole text; or, when empty:
  std::string_view owner{};    // "dict object", which has no attribute …; empty for variables
  std::string_view name{};     // of the variable or attribute
};

}  // namespace dynamo::jinja
