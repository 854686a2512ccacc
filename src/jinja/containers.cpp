#include <bit>
#include <fmt/format.h>

#include "jinja/characters.h"
#include "jinja/operations.h"

namespace dynamo::jinja {
namespace {

constexpr std::size_t kFirstHashed = 9;  // smaller dicts are searched from front to back

std::size_t probe(std::size_t hash, std::size_t step, std::size_t places) {
  return (hash + step) & (places - 1);
}

}  // namespace

Value find_entry(Runtime& runtime, const Value& dict, const Value& key) {
  if (dict.is(Kind::json_dict)) {
    if (!key.is_text()) {
      hash(runtime, key);  // fails for what no dict can hold
      return {};
    }
    runtime.charge_bytes(key.as_text().size());
    const auto* found = dict.as_json_object().if_contains({key.as_text().data(), key.as_text().size()});
    return found == nullptr ? Value() : Value::json(*found);
  }
  const auto code = hash(runtime, key);
  const auto& [entries, table] = dict.as_dict();
  if (table.empty()) {
    for (const auto& entry : entries) {
      if (equal(runtime, entry.key, key)) return entry.value;
    }
    return {};
  }
  for (std::size_t step = 0;; ++step) {
    const auto place = table[probe(code, step, table.size())];
    if (place == 0) return {};
    runtime.charge(1);
    if (equal(runtime, entries[place - 1].key, key)) return entries[place - 1].value;
  }
}

std::optional<std::size_t> DictBuilder::find(const Value& key) const {
  const auto code = hash(runtime_, key);
  if (table_.empty()) {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (equal(runtime_, entries_[i].key, key)) return i;
    }
    return std::nullopt;
  }
  for (std::size_t step = 0;; ++step) {
    const auto place = table_[probe(code, step, table_.size())];
    if (place == 0) return std::nullopt;
    runtime_.charge(1);
    if (equal(runtime_, entries_[place - 1].key, key)) return place - 1;
  }
}

void DictBuilder::index(std::size_t position) {
  const auto code = hash(runtime_, entries_[position].key);
  for (std::size_t step = 0;; ++step) {
    auto& place = table_[probe(code, step, table_.size())];
    if (place != 0) continue;
    place = static_cast<std::uint32_t>(position + 1);
    return;
  }
}

void DictBuilder::grow_table() {
  table_.assign(std::bit_ceil(entries_.size() * 4), 0);
  runtime_.charge(entries_.size());
  for (std::size_t i = 0; i < entries_.size(); ++i) index(i);
}

void DictBuilder::set(const Value& key, const Value& value) {
  runtime_.charge(1);
  if (const auto found = find(key)) {
    entries_[*found].value = value;
    return;
  }
  entries_.push_back({key, value});
  if (entries_.size() < kFirstHashed) return;
  if (entries_.size() * 2 > table_.size()) {
    grow_table();
  } else {
    index(entries_.size() - 1);
  }
}

void DictBuilder::set_all(const Value& source) {
  if (source.is_dict()) {
    for (std::size_t i = 0; i < source.entry_count(); ++i) {
      const auto entry = source.entry(i);
      set(entry.key, entry.value);
    }
    return;
  }
  Cursor cursor(runtime_, source);
  for (Value pair; cursor.next(pair);) {
    const auto parts = collect(runtime_, pair);
    if (parts.size() != 2) {
      runtime_.fail(
          fmt::format("dictionary update sequence element has length {}; 2 is required", parts.size()));
    }
    set(parts[0], parts[1]);
  }
}

Value DictBuilder::finish() {
  const std::span<const Entry> entries = runtime_.heap.copy(entries_);
  const std::span<const std::uint32_t> table = runtime_.heap.copy(table_);
  return Value::dict(runtime_.heap.make<Dict>(entries, table));
}

bool is_iterable(const Value& value) {
  switch (value.kind()) {
    case Kind::undefined:
    case Kind::text:
    case Kind::list:
    case Kind::tuple:
    case Kind::dict:
    case Kind::json_list:
    case Kind::json_dict:
      return true;
    case Kind::object: {
      const auto type = value.as_object().type_name();
      return value.as_object().is_stream() || value.as_object().is_sequence() || type.starts_with("dict_");
    }
    case Kind::missing:
    case Kind::none:
    case Kind::boolean:
    case Kind::integer:
    case Kind::large:
    case Kind::real:
      break;
  }
  return false;
}

Cursor::Cursor(Runtime& runtime, const Value& iterable) : runtime_(runtime), source_(iterable) {
  if (!is_iterable(iterable)) runtime.fail(fmt::format("'{}' object is not iterable", type_name(iterable)));
  const bool stream = iterable.is_object() && iterable.as_object().is_stream();
  if (iterable.is_text()) {
    size_ = iterable.as_text().size();
  } else if (!stream) {
    size_ = length(runtime, iterable).value_or(0);
  }
}

bool Cursor::next_character(Value& out) {
  const auto begin = at_;
  dynamo::jinja::next_character(source_.as_text(), at_);
  out = Value::text(source_.as_text().substr(begin, at_ - begin));
  return true;
}

bool Cursor::next(Value& out) {
  runtime_.charge(1);
  if (source_.is_object() && source_.as_object().is_stream()) return source_.as_object().next(runtime_, out);
  if (at_ >= size_) return false;
  if (source_.is_text()) return next_character(out);
  if (source_.is_object()) {
    out = source_.as_object().at(runtime_, at_++);
  } else {
    out = source_.is_dict() ? source_.entry(at_++).key : source_.item(at_++);
  }
  return true;
}

std::vector<Value> collect(Runtime& runtime, const Value& iterable) {
  std::vector<Value> out;
  Cursor cursor(runtime, iterable);
  for (Value item; cursor.next(item);) out.push_back(item);
  return out;
}

}  // namespace dynamo::jinja
