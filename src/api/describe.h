#pragma once

#include <initializer_list>
#include <map>
#include <span>

#include "api/fields.h"
#include "api/meta.h"
#include "base/quantity.h"

/// For the field lists only: how C++ types map to JSON, and a builder that reads like the list it makes.
namespace dynamo::api {

template <class T>
const Codec& codec();

// Types with a codec of their own; see scalar_codecs.cpp.
const Codec& codec_of(Type<std::string>);
const Codec& codec_of(Type<bool>);
const Codec& codec_of(Type<std::int32_t>);
const Codec& codec_of(Type<std::int64_t>);
const Codec& codec_of(Type<Quantity>);
const Codec& codec_of(Type<WallTime>);
const Codec& codec_of(Type<json::object>);
const Codec& codec_of(Type<json::array>);
const Codec& codec_of(Type<json::value>);

/// Enumerations: the JSON name of each enumerator, in their order from 0.
template <class E>
  requires std::is_enum_v<E>
std::span<const std::string_view> enum_names();

/// The codec of any struct with a field list.
class StructCodec final : public Codec {
 public:
  explicit StructCodec(const StructInfo& info) : info_(info) {}
  void decode(const json::value& v, void* out, const schema::FieldPath& at,
              std::vector<schema::FieldError>& errors) const override;
  json::value encode(const void* in) const override;
  bool absent(const void* in) const override;
  schema::Schema schema(Detail detail) const override { return schema_of(info_, detail); }
  std::string type_text() const override { return info_.name; }
  const StructInfo* nested() const override { return &info_; }

 private:
  const StructInfo& info_;
};

/// Enumerations are strings from a closed set; `store` and `load` see them as numbers.
class EnumCodec : public Codec {
 public:
  explicit EnumCodec(std::span<const std::string_view> names) : names_(names) {}
  void decode(const json::value& v, void* out, const schema::FieldPath& at,
              std::vector<schema::FieldError>& errors) const override;
  json::value encode(const void* in) const override;
  bool absent(const void*) const override { return false; }
  schema::Schema schema(Detail detail) const override;
  std::string type_text() const override { return "string"; }

 private:
  virtual void store(std::size_t index, void* out) const = 0;
  virtual std::size_t load(const void* in) const = 0;
  std::span<const std::string_view> names_;
};

template <class E>
class EnumCodecOf final : public EnumCodec {
 public:
  EnumCodecOf() : EnumCodec(enum_names<E>()) {}

 private:
  void store(std::size_t index, void* out) const override { *static_cast<E*>(out) = static_cast<E>(index); }
  std::size_t load(const void* in) const override {
    return static_cast<std::size_t>(*static_cast<const E*>(in));
  }
};

template <class T>
class OptionalCodec final : public Codec {
 public:
  void decode(const json::value& v, void* out, const schema::FieldPath& at,
              std::vector<schema::FieldError>& errors) const override {
    codec<T>().decode(v, &static_cast<std::optional<T>*>(out)->emplace(), at, errors);
  }
  json::value encode(const void* in) const override {
    const auto& member = *static_cast<const std::optional<T>*>(in);
    return member ? codec<T>().encode(&*member) : json::value();
  }
  bool absent(const void* in) const override {
    return !static_cast<const std::optional<T>*>(in)->has_value();
  }
  schema::Schema schema(Detail detail) const override { return codec<T>().schema(detail); }
  std::string type_text() const override { return codec<T>().type_text(); }
  const StructInfo* nested() const override { return codec<T>().nested(); }
};

/// Lists of any type; the element is reached through `append`, `size` and `item`.
class ListCodec : public Codec {
 public:
  explicit ListCodec(const Codec& element) : element_(element) {}
  void decode(const json::value& v, void* out, const schema::FieldPath& at,
              std::vector<schema::FieldError>& errors) const override;
  json::value encode(const void* in) const override;
  bool absent(const void* in) const override { return size(in) == 0; }
  schema::Schema schema(Detail detail) const override;
  std::string type_text() const override { return "list of " + element_.type_text(); }
  const StructInfo* nested() const override { return element_.nested(); }

 private:
  virtual void* append(void* list) const = 0;
  virtual std::size_t size(const void* list) const = 0;
  virtual const void* item(const void* list, std::size_t index) const = 0;
  const Codec& element_;
};

template <class T>
class VectorCodec final : public ListCodec {
 public:
  VectorCodec() : ListCodec(codec<T>()) {}

 private:
  void* append(void* list) const override { return &static_cast<std::vector<T>*>(list)->emplace_back(); }
  std::size_t size(const void* list) const override {
    return static_cast<const std::vector<T>*>(list)->size();
  }
  const void* item(const void* list, std::size_t index) const override {
    return &(*static_cast<const std::vector<T>*>(list))[index];
  }
};

/// Maps from names to any type.
class MapCodec : public Codec {
 public:
  explicit MapCodec(const Codec& element) : element_(element) {}
  void decode(const json::value& v, void* out, const schema::FieldPath& at,
              std::vector<schema::FieldError>& errors) const override;
  json::value encode(const void* in) const override;
  bool absent(const void* in) const override { return entries(in).empty(); }
  schema::Schema schema(Detail detail) const override;
  std::string type_text() const override { return "map of " + element_.type_text(); }
  const StructInfo* nested() const override { return element_.nested(); }

 private:
  using Entries = std::vector<std::pair<std::string_view, const void*>>;
  virtual void* insert(void* map, std::string_view key) const = 0;
  virtual Entries entries(const void* map) const = 0;
  const Codec& element_;
};

template <class T>
class StringMapCodec final : public MapCodec {
 public:
  StringMapCodec() : MapCodec(codec<T>()) {}

 private:
  using Map = std::map<std::string, T>;
  void* insert(void* map, std::string_view key) const override {
    return &(*static_cast<Map*>(map))[std::string(key)];
  }
  std::vector<std::pair<std::string_view, const void*>> entries(const void* map) const override {
    std::vector<std::pair<std::string_view, const void*>> out;
    for (const auto& [key, value] : *static_cast<const Map*>(map)) out.emplace_back(key, &value);
    return out;
  }
};

template <class T>
const Codec& codec_of(Type<std::optional<T>>) {
  static const OptionalCodec<T> kCodec;
  return kCodec;
}
template <class T>
const Codec& codec_of(Type<std::vector<T>>) {
  static const VectorCodec<T> kCodec;
  return kCodec;
}
template <class T>
const Codec& codec_of(Type<std::map<std::string, T>>) {
  static const StringMapCodec<T> kCodec;
  return kCodec;
}
template <class E>
  requires std::is_enum_v<E>
const Codec& codec_of(Type<E>) {
  static const EnumCodecOf<E> kCodec;
  return kCodec;
}
template <class S>
  requires requires { describe(Type<S>{}); }
const Codec& codec_of(Type<S>) {
  static const StructCodec kCodec(describe(Type<S>{}));
  return kCodec;
}

template <class T>
const Codec& codec() {
  return codec_of(Type<T>{});
}

/// Whether a field must be given.
enum class Presence { optional, required };
inline constexpr auto kRequired = Presence::required;

/// Builds the field list of `S`: each `field` adds one, the calls behind it limit the last one added.
template <class S>
class Fields {
 public:
  Fields(std::string name, std::string doc) : info_{std::move(name), std::move(doc)} {}

  template <auto Member>
  Fields& field(std::string name, std::string doc, Presence presence = Presence::optional) {
    info_.fields.push_back(make<Member>(std::move(name), std::move(doc)));
    info_.fields.back().required = presence == Presence::required;
    return *this;
  }
  /// The JSON object that takes every member without a field; they are those of a Kubernetes definition.
  template <auto Member>
  Fields& rest(BuiltinPart builtin) {
    info_.rest = make<Member>("", "");
    info_.rest->builtin = std::move(builtin);
    return *this;
  }

  Fields& default_to(json::value value) { return last().default_value = std::move(value), *this; }
  Fields& minimum(std::int64_t limit) { return last().minimum = limit, *this; }
  Fields& min_length(std::int64_t limit) { return last().min_length = limit, *this; }
  Fields& max_length(std::int64_t limit) { return last().max_length = limit, *this; }
  Fields& max_items(std::int64_t limit) { return last().max_items = limit, *this; }
  Fields& max_properties(std::int64_t limit) { return last().max_properties = limit, *this; }
  Fields& pattern(std::string text) { return last().pattern = std::move(text), *this; }
  Fields& one_of(std::vector<std::string> values) { return last().enumeration = std::move(values), *this; }
  Fields& deprecated() { return last().deprecated = true, *this; }
  /// The JSON of the last field is what Kubernetes defines.
  Fields& builtin(BuiltinPart part) { return last().builtin = std::move(part), *this; }
  /// The whole type is what Kubernetes defines.
  Fields& is_builtin(BuiltinPart part) { return info_.builtin = std::move(part), *this; }
  Fields& rule(std::string cel, std::string message) {
    info_.rules.push_back({std::move(cel), std::move(message)});
    return *this;
  }

  StructInfo build() { return std::move(info_); }

 private:
  template <auto Member>
  static Field make(std::string name, std::string doc) {
    using T = std::remove_reference_t<decltype(std::declval<S&>().*Member)>;
    return Field{std::move(name), std::move(doc), &codec<T>(),
                 [](void* object) -> void* { return &(static_cast<S*>(object)->*Member); }};
  }
  Field& last() { return info_.fields.back(); }

  StructInfo info_;
};

/// Definitions of Kubernetes that our types carry.
namespace part {
inline BuiltinPart core(std::string_view name, bool inlined = false,
                        std::vector<std::string> not_required = {}) {
  return {"io.k8s.api.core.v1." + std::string(name), inlined, std::move(not_required)};
}
}  // namespace part

}  // namespace dynamo::api
