#include <fmt/format.h>

#include "jinja/operations.h"

namespace dynamo::jinja {

Value Object::attribute(Runtime& /*runtime*/, std::string_view /*name*/) { return {}; }
Value Object::element(Runtime& /*runtime*/, const Value& /*index*/) { return {}; }
std::optional<std::size_t> Object::length(Runtime& /*runtime*/) { return std::nullopt; }
Value Object::at(Runtime& /*runtime*/, std::size_t /*index*/) { return {}; }
bool Object::next(Runtime& /*runtime*/, Value& /*out*/) { return false; }
std::optional<bool> Object::contains(Runtime& /*runtime*/, const Value& /*element*/) { return std::nullopt; }
bool Object::equals(Runtime& /*runtime*/, const Object& other) { return this == &other; }

Value Object::call(Runtime& runtime, const Arguments& /*arguments*/) {
  runtime.fail(fmt::format("'{}' object is not callable", type_name()));
}

void Object::print(Runtime& runtime, std::string& /*out*/) {
  runtime.fail(
      Errc::unsupported,
      fmt::format("a {} cannot be printed: what Python prints for one has its address", type_name()));
}

Range::Range(std::int64_t start, std::int64_t stop, std::int64_t step)
    : start_(start), stop_(stop), step_(step), size_(0) {
  const auto distance = step > 0 ? static_cast<std::uint64_t>(stop) - static_cast<std::uint64_t>(start)
                                 : static_cast<std::uint64_t>(start) - static_cast<std::uint64_t>(stop);
  const auto stride = step > 0 ? static_cast<std::uint64_t>(step) : 0 - static_cast<std::uint64_t>(step);
  if (step > 0 ? stop > start : start > stop) size_ = (distance - 1) / stride + 1;
}

std::optional<std::size_t> Range::length(Runtime& /*runtime*/) { return size_; }

Value Range::at(Runtime& /*runtime*/, std::size_t index) { return Value::integer(value(index)); }

Value Range::attribute(Runtime& runtime, std::string_view name) {
  if (name == "count" || name == "index") {
    runtime.fail(Errc::unsupported, fmt::format("range.{} is not supported", name));
  }
  if (name == "start") return Value::integer(start_);
  if (name == "stop") return Value::integer(stop_);
  if (name == "step") return Value::integer(step_);
  return {};
}

Value Range::element(Runtime& /*runtime*/, const Value& index) {
  if (!index.is_whole()) return {};
  auto place = index.as_integer();
  if (place < 0) place += static_cast<std::int64_t>(size_);
  if (place < 0 || static_cast<std::size_t>(place) >= size_) return {};
  return Value::integer(value(static_cast<std::size_t>(place)));
}

void Range::print(Runtime& /*runtime*/, std::string& out) {
  out += fmt::format("range({}, {}", start_, stop_);
  if (step_ != 1) out += fmt::format(", {}", step_);
  out += ')';
}

bool Range::equals(Runtime& /*runtime*/, const Object& other) {
  if (other.type_name() != type_name()) return false;
  const auto& range = static_cast<const Range&>(other);
  if (size_ != range.size_) return false;
  return size_ == 0 || (start_ == range.start_ && (size_ == 1 || step_ == range.step_));
}

bool Stream::next(Runtime& /*runtime*/, Value& out) {
  if (values_.empty()) return false;
  out = values_.front();
  values_ = values_.subspan(1);
  return true;
}

std::string_view DictView::type_name() const {
  switch (part_) {
    case Part::keys:
      return "dict_keys";
    case Part::values:
      return "dict_values";
    case Part::items:
      break;
  }
  return "dict_items";
}

std::optional<std::size_t> DictView::length(Runtime& /*runtime*/) { return dict_.entry_count(); }

Value DictView::at(Runtime& runtime, std::size_t index) {
  const auto entry = dict_.entry(index);
  if (part_ == Part::keys) return entry.key;
  if (part_ == Part::values) return entry.value;
  const Value pair[] = {entry.key, entry.value};
  return runtime.tuple(pair);
}

std::optional<bool> DictView::contains(Runtime& runtime, const Value& element) {
  if (part_ != Part::keys) return std::nullopt;
  return !find_entry(runtime, dict_, element).is_missing();
}

void DictView::print(Runtime& runtime, std::string& out) {
  out += type_name();
  out += '(';
  print_repr(runtime, runtime.list(collect(runtime, Value::object(this))), out);
  out += ')';
}

Value Namespace::attribute(Runtime& runtime, std::string_view name) {
  runtime.charge(used_ / 8 + 1);
  for (const auto& entry : entries_.first(used_)) {
    if (entry.key.as_text() == name) return entry.value;
  }
  return {};
}

void Namespace::set(Runtime& runtime, std::string_view name, const Value& value) {
  runtime.charge(used_ / 8 + 1);
  for (auto& entry : entries_.first(used_)) {
    if (entry.key.as_text() == name) {
      entry.value = value;
      return;
    }
  }
  if (used_ == entries_.size()) {
    std::vector<Entry> grown(entries_.begin(), entries_.end());
    grown.resize(std::max<std::size_t>(4, used_ * 2));
    entries_ = runtime.heap.copy(grown);
  }
  entries_[used_++] = {Value::text(name), value};
}

void Namespace::print(Runtime& runtime, std::string& out) {
  DictBuilder attributes(runtime);
  for (const auto& entry : entries_.first(used_)) attributes.set(entry.key, entry.value);
  out += "<Namespace ";
  print_repr(runtime, attributes.finish(), out);
  out += '>';
}

}  // namespace dynamo::jinja
