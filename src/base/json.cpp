#include "base/json.h"

#include <cmath>
#include <fmt/format.h>

namespace dynamo::json {
namespace {

void dump_number(double d, std::string& out) {
  if (d == std::floor(d) && std::abs(d) < 1e15) {
    fmt::format_to(std::back_inserter(out), "{:.1f}", d);
  } else {
    fmt::format_to(std::back_inserter(out), "{}", d);
  }
}

class Writer {
 public:
  Writer(std::string& out, int indent) : out_(out), indent_(indent) {}

  void write(const value& v, int depth) {
    switch (v.kind()) {
      case boost::json::kind::object:
        return write(v.get_object(), depth);
      case boost::json::kind::array:
        return write(v.get_array(), depth);
      case boost::json::kind::double_:
        return dump_number(v.get_double(), out_);
      case boost::json::kind::null:
      case boost::json::kind::bool_:
      case boost::json::kind::int64:
      case boost::json::kind::uint64:
      case boost::json::kind::string:
        out_ += boost::json::serialize(v);
        return;
    }
  }

  void write(const object& o, int depth) {
    out_ += '{';
    bool first = true;
    for (const auto& member : o) {
      separate(first, depth + 1);
      out_ += boost::json::serialize(boost::json::string_view(member.key()));
      out_ += indent_ > 0 ? ": " : ":";
      write(member.value(), depth + 1);
    }
    if (!first) new_line(depth);
    out_ += '}';
  }

 private:
  void write(const array& a, int depth) {
    out_ += '[';
    bool first = true;
    for (const auto& item : a) {
      separate(first, depth + 1);
      write(item, depth + 1);
    }
    if (!first) new_line(depth);
    out_ += ']';
  }

  void separate(bool& first, int depth) {
    if (!first) out_ += ',';
    first = false;
    new_line(depth);
  }

  void new_line(int depth) {
    if (indent_ == 0) return;
    out_ += '\n';
    out_.append(static_cast<std::size_t>(depth) * static_cast<std::size_t>(indent_), ' ');
  }

  std::string& out_;
  int indent_;
};

}  // namespace

std::string dump(const value& v) {
  std::string out;
  Writer(out, 0).write(v, 0);
  return out;
}

std::string dump(const object& o) {
  std::string out;
  Writer(out, 0).write(o, 0);
  return out;
}

std::string dump_pretty(const value& v) {
  std::string out;
  Writer(out, 2).write(v, 0);
  return out;
}

const value* find(const object& o, std::initializer_list<std::string_view> path) {
  const object* at = &o;
  const value* found = nullptr;
  for (const auto key : path) {
    if (at == nullptr) return nullptr;
    found = at->if_contains(key);
    if (found == nullptr) return nullptr;
    at = found->if_object();
  }
  return found;
}

const value* find(const value& v, std::initializer_list<std::string_view> path) {
  if (path.size() == 0) return &v;
  const object* o = v.if_object();
  return o == nullptr ? nullptr : find(*o, path);
}

value* find(value& v, std::initializer_list<std::string_view> path) {
  return const_cast<value*>(find(std::as_const(v), path));
}

namespace {

std::string_view as_view(const value* v, std::string_view fallback) {
  const string* s = v == nullptr ? nullptr : v->if_string();
  return s == nullptr ? fallback : std::string_view(s->data(), s->size());
}

}  // namespace

std::string_view string_at(const value& v, std::initializer_list<std::string_view> path,
                           std::string_view fallback) {
  return as_view(find(v, path), fallback);
}

std::string_view string_at(const object& o, std::initializer_list<std::string_view> path,
                           std::string_view fallback) {
  return as_view(find(o, path), fallback);
}

std::optional<std::int64_t> int_at(const value& v, std::initializer_list<std::string_view> path) {
  const value* found = find(v, path);
  if (found == nullptr) return std::nullopt;
  boost::system::error_code error;
  const auto number = found->to_number<std::int64_t>(error);
  if (error) return std::nullopt;
  return number;
}

bool bool_at(const value& v, std::initializer_list<std::string_view> path, bool fallback) {
  const value* found = find(v, path);
  const bool* b = found == nullptr ? nullptr : found->if_bool();
  return b == nullptr ? fallback : *b;
}

object& ensure_object(object& o, std::string_view key) {
  value& slot = o[key];
  if (!slot.is_object()) slot.emplace_object();
  return slot.get_object();
}

}  // namespace dynamo::json
