#include <fmt/format.h>

#include "jinja/builtins.h"
#include "jinja/renderer.h"

namespace dynamo::jinja {
namespace {

/// The variable `loop`.
class LoopObject final : public Object {
 public:
  LoopObject(Renderer& renderer, const LoopNode& node, const LoopSource& source, Activation* outer,
             std::int64_t depth)
      : renderer_(renderer), node_(node), source_(source), outer_(outer), depth_(depth) {}

  /// Moves to the next element.
  bool advance(Value& out);

  std::string_view type_name() const override { return "LoopContext"; }
  bool callable() const override { return true; }
  Value call(Runtime& runtime, const Arguments& arguments) override;
  Value attribute(Runtime& runtime, std::string_view name) override;
  std::optional<std::size_t> length(Runtime& runtime) override;
  void print(Runtime& runtime, std::string& out) override;

  Value cycle(Runtime& runtime, const Arguments& arguments) const;
  Value changed(Runtime& runtime, const Arguments& arguments);

 private:
  /// Reads one element ahead, unless that was done.
  const Value& after();

  Renderer& renderer_;
  const LoopNode& node_;
  LoopSource source_;
  Activation* outer_;
  std::int64_t depth_;
  std::int64_t index_ = -1;
  std::optional<std::size_t> length_;
  Value before_;
  Value current_;
  Value after_;
  Value last_changed_;
  std::span<const Value> rest_{};  // read ahead to know the length
  bool read_all_ = false;
};

/// `loop.cycle` and `loop.changed`.
class LoopMethod final : public Object {
 public:
  LoopMethod(LoopObject& loop, bool cycles) : loop_(loop), cycles_(cycles) {}
  std::string_view type_name() const override { return "method"; }
  bool callable() const override { return true; }
  Value call(Runtime& runtime, const Arguments& arguments) override {
    return cycles_ ? loop_.cycle(runtime, arguments) : loop_.changed(runtime, arguments);
  }

 private:
  LoopObject& loop_;
  bool cycles_;
};

const Value& LoopObject::after() {
  if (!after_.is_missing()) return after_;
  if (!read_all_) {
    if (!source_.next(after_)) after_ = Value();
  } else if (!rest_.empty()) {
    after_ = rest_.front();
    rest_ = rest_.subspan(1);
  }
  return after_;
}

bool LoopObject::advance(Value& out) {
  if (after().is_missing()) return false;
  out = std::exchange(after_, Value());
  ++index_;
  before_ = std::exchange(current_, out);
  return true;
}

std::optional<std::size_t> LoopObject::length(Runtime& runtime) {
  if (length_) return length_;
  length_ = source_.length();
  if (length_) return length_;
  std::vector<Value> rest;
  for (Value item; source_.next(item);) rest.push_back(item);
  rest_ = runtime.heap.copy(rest);
  read_all_ = true;
  length_ = rest_.size() + static_cast<std::size_t>(index_ + 1) + (after_.is_missing() ? 0 : 1);
  return length_;
}

Value LoopObject::attribute(Runtime& runtime, std::string_view name) {
  const auto size = [&] { return static_cast<std::int64_t>(*length(runtime)); };
  if (name == "index") return Value::integer(index_ + 1);
  if (name == "index0") return Value::integer(index_);
  if (name == "first") return Value::boolean(index_ == 0);
  if (name == "last") return Value::boolean(after().is_missing());
  if (name == "length") return Value::integer(size());
  if (name == "revindex") return Value::integer(size() - index_);
  if (name == "revindex0") return Value::integer(size() - index_ - 1);
  if (name == "depth") return Value::integer(depth_ + 1);
  if (name == "depth0") return Value::integer(depth_);
  if (name == "previtem") return index_ == 0 ? runtime.undefined("there is no previous item") : before_;
  if (name == "nextitem") return after().is_missing() ? runtime.undefined("there is no next item") : after_;
  if (name == "cycle") return Value::object(runtime.heap.make<LoopMethod>(*this, true));
  if (name == "changed") return Value::object(runtime.heap.make<LoopMethod>(*this, false));
  return {};
}

Value LoopObject::call(Runtime& runtime, const Arguments& arguments) {
  if (!node_.recursive) runtime.fail("The loop must have the 'recursive' marker to be called recursively.");
  if (arguments.positional.size() != 1) runtime.fail("a recursive loop is called with one iterable");
  return renderer_.loop_inside(node_, outer_, arguments.positional.front(), depth_ + 1);
}

void LoopObject::print(Runtime& runtime, std::string& out) {
  out += fmt::format("<LoopContext {}/{}>", index_ + 1, *length(runtime));
}

Value LoopObject::cycle(Runtime& runtime, const Arguments& arguments) const {
  if (arguments.positional.empty()) runtime.fail("no items for cycling given");
  return arguments.positional[static_cast<std::size_t>(index_) % arguments.positional.size()];
}

Value LoopObject::changed(Runtime& runtime, const Arguments& arguments) {
  const auto values = runtime.tuple(arguments.positional);
  if (!last_changed_.is_missing() && equal(runtime, last_changed_, values)) return Value::boolean(false);
  last_changed_ = values;
  return Value::boolean(true);
}

}  // namespace

LoopSource::LoopSource(Renderer& renderer, const LoopNode& node, const Value& iterable)
    : renderer_(renderer), node_(node), iterable_(iterable), cursor_(renderer.runtime(), iterable) {}

bool LoopSource::next(Value& out) {
  while (cursor_.next(out)) {
    if (node_.test == nullptr) return true;
    renderer_.enter(node_.test_scope);
    renderer_.assign(*node_.test_target, out);
    if (truth(renderer_.runtime(), renderer_.evaluate(*node_.test))) return true;
  }
  return false;
}

std::optional<std::size_t> LoopSource::length() const {
  return node_.test == nullptr ? dynamo::jinja::length(renderer_.runtime(), iterable_) : std::nullopt;
}

Flow Renderer::loop(const LoopNode& node) {
  const auto iterable = evaluate(*node.iterable);
  if (!node.recursive) return loop_over(node, iterable, activation_, 0);
  write(loop_inside(node, activation_, iterable, 0));
  return Flow::next;
}

Value Renderer::loop_inside(const LoopNode& node, Activation* outer, const Value& iterable,
                            std::int64_t depth) {
  auto* before = std::exchange(activation_, activate(outer, node.function_slots));
  const auto start = begin_capture();
  loop_over(node, iterable, outer, depth);
  activation_ = before;
  return take_since(start);
}

/// As in Jinja, `else` runs when no pass came to the end of the body, and a break in it leaves the loop
/// around.
Flow Renderer::loop_over(const LoopNode& node, const Value& iterable, Activation* outer, std::int64_t depth) {
  LoopSource source(*this, node, iterable);
  auto* loop = node.extended ? runtime_.heap.make<LoopObject>(*this, node, source, outer, depth) : nullptr;
  bool finished_one = false;
  for (Value item; loop != nullptr ? loop->advance(item) : source.next(item);) {
    assign(*node.target, item);
    if (loop != nullptr) activation_->slots[node.loop_slot] = Value::object(loop);
    enter(node.body_scope);
    const auto flow = execute(node.body);
    if (flow == Flow::break_loop) break;
    finished_one = finished_one || flow == Flow::next;
  }
  if (finished_one) return Flow::next;
  enter(node.else_scope);
  return execute(node.otherwise);
}

}  // namespace dynamo::jinja
