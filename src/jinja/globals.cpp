#include <algorithm>
#include <fmt/format.h>

#include "jinja/builtins.h"
#include "jinja/operations.h"
#include "jinja/strftime.h"

/// The functions that every template can call.
namespace dynamo::jinja {
namespace {

constexpr std::size_t kLongestRange = 100'000;

/// Gives its values one after the other, and begins again.
class Cycler final : public Object {
 public:
  explicit Cycler(std::span<const Value> values) : values_(values) {}
  std::string_view type_name() const override { return "Cycler"; }
  Value attribute(Runtime& runtime, std::string_view name) override;
  Value advance() {
    const auto value = values_[place_];
    place_ = (place_ + 1) % values_.size();
    return value;
  }
  Value reset() {
    place_ = 0;
    return Value::none();
  }

 private:
  std::span<const Value> values_;
  std::size_t place_ = 0;
};

class CyclerMethod final : public Object {
 public:
  CyclerMethod(Cycler& cycler, bool resets) : cycler_(cycler), resets_(resets) {}
  std::string_view type_name() const override { return "method"; }
  bool callable() const override { return true; }
  Value call(Runtime& /*runtime*/, const Arguments& /*arguments*/) override {
    return resets_ ? cycler_.reset() : cycler_.advance();
  }

 private:
  Cycler& cycler_;
  bool resets_;
};

Value Cycler::attribute(Runtime& runtime, std::string_view name) {
  if (name == "current") return values_[place_];
  if (name == "pos") return Value::integer(static_cast<std::int64_t>(place_));
  if (name == "items") return runtime.tuple(values_);
  if (name != "next" && name != "reset") return {};
  return Value::object(runtime.heap.make<CyclerMethod>(*this, name == "reset"));
}

/// Gives nothing when it is called first, and its separator from then on.
class Joiner final : public Object {
 public:
  explicit Joiner(Value separator) : separator_(separator) {}
  std::string_view type_name() const override { return "Joiner"; }
  bool callable() const override { return true; }
  Value call(Runtime& /*runtime*/, const Arguments& /*arguments*/) override {
    return std::exchange(used_, true) ? separator_ : Value::text("");
  }
  Value attribute(Runtime& /*runtime*/, std::string_view name) override {
    if (name == "sep") return separator_;
    return name == "used" ? Value::boolean(used_) : Value();
  }

 private:
  Value separator_;
  bool used_ = false;
};

Value range(Runtime& runtime, const Value& /*self*/, const Given& given) {
  const bool one = !given.has(1);
  const auto start = one ? 0 : whole_argument(runtime, given, 0, 0);
  const auto stop = whole_argument(runtime, given, one ? 0 : 1, 0);
  const auto step = whole_argument(runtime, given, 2, 1);
  if (step == 0) runtime.fail("range() arg 3 must not be zero");
  auto* made = runtime.heap.make<Range>(start, stop, step);
  if (made->size() > kLongestRange) {
    runtime.fail(
        fmt::format("Range too big. The sandbox blocks ranges larger than MAX_RANGE ({}).", kLongestRange));
  }
  return Value::object(made);
}

Value dict(Runtime& runtime, const Value& /*self*/, const Given& given) {
  const auto& [positional, keywords] = *given.all;
  if (positional.size() > 1) {
    runtime.fail(fmt::format("dict expected at most 1 argument, got {}", positional.size()));
  }
  DictBuilder builder(runtime);
  if (!positional.empty()) builder.set_all(positional.front());
  for (const auto& [name, value] : keywords) builder.set(Value::text(name), value);
  return builder.finish();
}

Value make_namespace(Runtime& runtime, const Value& self, const Given& given) {
  const auto attributes = dict(runtime, self, given);
  auto* made = runtime.heap.make<Namespace>();
  for (const auto& [key, value] : attributes.as_dict().entries) {
    if (key.is_text()) made->set(runtime, key.as_text(), value);
  }
  return Value::object(made);
}

Value cycler(Runtime& runtime, const Value& /*self*/, const Given& given) {
  const auto& positional = given.all->positional;
  if (positional.empty()) runtime.fail("at least one item has to be provided");
  return Value::object(runtime.heap.make<Cycler>(positional));
}

Value joiner(Runtime& runtime, const Value& /*self*/, const Given& given) {
  return Value::object(runtime.heap.make<Joiner>(given.has(0) ? given[0] : Value::text(", ")));
}

Value lipsum(Runtime& runtime, const Value& /*self*/, const Given& /*given*/) {
  runtime.fail(Errc::unsupported, "the function 'lipsum' is not supported");
}

Value raise_exception(Runtime& runtime, const Value& /*self*/, const Given& given) {
  throw Fault{Errc::invalid, std::string(text_of(runtime, given[0])), runtime.line, true};
}

Value strftime_now(Runtime& runtime, const Value& /*self*/, const Given& given) {
  const auto format = text_argument(runtime, given, 0, {});
  runtime.charge(format.size());
  return runtime.text(format_time(runtime.options.now, runtime.options.utc_offset, format));
}

constexpr Builtin kGlobals[] = {
    builtin("range", range, 1, "", "", ""),
    builtin("raise_exception", raise_exception, 1, "message"),
    builtin("strftime_now", strftime_now, 1, "format"),
    builtin("joiner", joiner, 0, "sep"),
    open_builtin("namespace", make_namespace),
    open_builtin("dict", dict),
    open_builtin("cycler", cycler),
    open_builtin("lipsum", lipsum),
};

}  // namespace

const Builtin* find_global(std::string_view name) {
  const auto* found = std::ranges::find(kGlobals, name, &Builtin::name);
  return found == std::end(kGlobals) ? nullptr : found;
}

}  // namespace dynamo::jinja
