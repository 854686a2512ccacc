#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "jinja/runtime.h"

namespace dynamo::jinja {

struct Keyword {
  std::string_view name;
  Value value;
};

/// What a function is called with.
struct Arguments {
  std::span<const Value> positional{};
  std::span<const Keyword> keywords{};

  const Value* keyword(std::string_view name) const {
    for (const auto& given : keywords) {
      if (given.name == name) return &given.value;
    }
    return nullptr;
  }
};

/// A value with behaviour of its own. Lives in the heap of the rendering, so it is never destroyed. Functions
/// that answer nothing for most objects have a default that says so.
class Object {
 public:
  /// As Python's `type(x).__name__`.
  virtual std::string_view type_name() const = 0;
  /// `self.name`, or a missing value.
  virtual Value attribute(Runtime& runtime, std::string_view name);
  /// `self[index]`, or a missing value.
  virtual Value element(Runtime& runtime, const Value& index);
  virtual bool callable() const { return false; }
  virtual Value call(Runtime& runtime, const Arguments& arguments);

  /// Things with a length answer `at` for each of their elements as well.
  virtual std::optional<std::size_t> length(Runtime& runtime);
  virtual Value at(Runtime& runtime, std::size_t index);
  /// Whether `x[i]` works, as Jinja's `is sequence` asks.
  virtual bool is_sequence() const { return false; }
  /// Streams are read once: `next` gives their elements until it says false.
  virtual bool is_stream() const { return false; }
  virtual bool next(Runtime& runtime, Value& out);

  /// `element in self`, where that is more than looking at each element.
  virtual std::optional<bool> contains(Runtime& runtime, const Value& element);

  /// Python's repr. Objects that Python prints with their address refuse.
  virtual void print(Runtime& runtime, std::string& out);
  /// Python's ==; objects are equal to themselves only, unless they say more.
  virtual bool equals(Runtime& runtime, const Object& other);

 protected:
  ~Object() = default;
};

/// Numbers from `start` on, as Python's range.
class Range final : public Object {
 public:
  Range(std::int64_t start, std::int64_t stop, std::int64_t step);
  std::string_view type_name() const override { return "range"; }
  Value attribute(Runtime& runtime, std::string_view name) override;
  Value element(Runtime& runtime, const Value& index) override;
  std::optional<std::size_t> length(Runtime& runtime) override;
  Value at(Runtime& runtime, std::size_t index) override;
  bool is_sequence() const override { return true; }
  void print(Runtime& runtime, std::string& out) override;
  bool equals(Runtime& runtime, const Object& other) override;

  std::size_t size() const { return size_; }
  std::int64_t value(std::size_t index) const { return start_ + static_cast<std::int64_t>(index) * step_; }
  std::int64_t start() const { return start_; }
  std::int64_t step() const { return step_; }

 private:
  std::int64_t start_;
  std::int64_t stop_;
  std::int64_t step_;
  std::size_t size_;
};

/// Elements that can be gone through once: what Python's generators and iterators are here.
class Stream final : public Object {
 public:
  Stream(std::string_view type, std::span<const Value> values) : type_(type), values_(values) {}
  std::string_view type_name() const override { return type_; }
  bool is_stream() const override { return true; }
  bool next(Runtime& runtime, Value& out) override;

 private:
  std::string_view type_;
  std::span<const Value> values_;
};

/// `dict.keys()`, `.values()` and `.items()`.
class DictView final : public Object {
 public:
  enum class Part : std::uint8_t { keys, values, items };
  DictView(Value dict, Part part) : dict_(dict), part_(part) {}
  std::string_view type_name() const override;
  std::optional<std::size_t> length(Runtime& runtime) override;
  Value at(Runtime& runtime, std::size_t index) override;
  std::optional<bool> contains(Runtime& runtime, const Value& element) override;
  void print(Runtime& runtime, std::string& out) override;

 private:
  Value dict_;
  Part part_;
};

/// `namespace(…)`: the one thing that templates may assign to from inside other scopes.
class Namespace final : public Object {
 public:
  std::string_view type_name() const override { return "Namespace"; }
  Value attribute(Runtime& runtime, std::string_view name) override;
  void print(Runtime& runtime, std::string& out) override;
  void set(Runtime& runtime, std::string_view name, const Value& value);

 private:
  std::span<Entry> entries_;
  std::size_t used_ = 0;
};

}  // namespace dynamo::jinja
