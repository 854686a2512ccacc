#include "api/codec.h"

#include "api/describe.h"

namespace dynamo::api {

using schema::FieldError;
using schema::FieldErrorKind;
using schema::FieldPath;

namespace {

using Errors = std::vector<FieldError>;

void wrong_type(const FieldPath& at, const json::value& v, std::string_view wanted, Errors& errors) {
  errors.push_back({at.str(), FieldErrorKind::type_invalid, fmt::format("must be {}", wanted), v});
}

void decode_struct(const StructInfo& info, const json::value& v, void* out, const FieldPath& at,
                   Errors& errors) {
  const auto* o = v.if_object();
  if (o == nullptr) return wrong_type(at, v, "an object", errors);
  json::object rest;
  for (const auto& member : *o) {
    const Field* field = info.find(member.key());
    if (field == nullptr) {
      if (info.rest) rest[member.key()] = member.value();
    } else if (!member.value().is_null()) {
      field->codec->decode(member.value(), field->at(out), at.member(member.key()), errors);
    }
  }
  if (info.rest) *static_cast<json::object*>(info.rest->at(out)) = std::move(rest);
}

}  // namespace

const Field* StructInfo::find(std::string_view field) const {
  const auto found = std::ranges::find(fields, field, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

std::vector<FieldError> decode(const StructInfo& info, const json::value& v, void* out) {
  Errors errors;
  decode_struct(info, v, out, FieldPath{}, errors);
  return errors;
}

json::object encode(const StructInfo& info, const void* in) {
  json::object out;
  for (const auto& field : info.fields) {
    const void* member = field.at_const(in);
    if (field.required || !field.codec->absent(member)) out[field.name] = field.codec->encode(member);
  }
  if (!info.rest) return out;
  const auto* rest = static_cast<const json::object*>(info.rest->at_const(in));
  for (const auto& member : *rest) out.emplace(member.key(), member.value());
  return out;
}

Result<void> decode_object(const StructInfo& info, std::string_view kind, const json::value& v, void* out) {
  const auto api_version = json::string_at(v, {"apiVersion"});
  const auto found_kind = json::string_at(v, {"kind"});
  if (api_version != kApiVersion || found_kind != kind) {
    return fail(Errc::invalid,
                fmt::format("expected {} {}, got \"{}\" \"{}\"", kApiVersion, kind, api_version, found_kind));
  }
  const auto errors = decode(info, v, out);
  if (errors.empty()) return {};
  return fail(Errc::invalid, fmt::format("{} \"{}\": {}", kind, json::string_at(v, {"metadata", "name"}),
                                         schema::join(errors)));
}

json::object encode_object(const StructInfo& info, std::string_view kind, const void* in) {
  json::object out{{"apiVersion", kApiVersion}, {"kind", kind}};
  for (auto& member : encode(info, in)) out[member.key()] = std::move(member.value());
  return out;
}

void StructCodec::decode(const json::value& v, void* out, const FieldPath& at, Errors& errors) const {
  decode_struct(info_, v, out, at, errors);
}

json::value StructCodec::encode(const void* in) const { return api::encode(info_, in); }

bool StructCodec::absent(const void* in) const { return api::encode(info_, in).empty(); }

void EnumCodec::decode(const json::value& v, void* out, const FieldPath& at, Errors& errors) const {
  const auto* s = v.if_string();
  if (s == nullptr) return wrong_type(at, v, "a string", errors);
  const auto found = std::ranges::find(names_, std::string_view(s->data(), s->size()));
  if (found == names_.end()) {
    errors.push_back(schema::not_supported(at.str(), v, {names_.begin(), names_.end()}));
  } else {
    store(static_cast<std::size_t>(found - names_.begin()), out);
  }
}

json::value EnumCodec::encode(const void* in) const { return json::value(names_[load(in)]); }

schema::Schema EnumCodec::schema(Detail) const {
  schema::Schema schema;
  schema.type = "string";
  for (const auto name : names_) schema.enumeration.emplace_back(name);
  return schema;
}

void ListCodec::decode(const json::value& v, void* out, const FieldPath& at, Errors& errors) const {
  const auto* a = v.if_array();
  if (a == nullptr) return wrong_type(at, v, "a list", errors);
  for (std::size_t i = 0; i < a->size(); ++i) element_.decode((*a)[i], append(out), at.item(i), errors);
}

json::value ListCodec::encode(const void* in) const {
  json::array out;
  for (std::size_t i = 0; i < size(in); ++i) out.push_back(element_.encode(item(in, i)));
  return out;
}

schema::Schema ListCodec::schema(Detail detail) const {
  schema::Schema schema;
  schema.type = "array";
  schema.items = std::make_shared<const schema::Schema>(element_.schema(detail));
  return schema;
}

void MapCodec::decode(const json::value& v, void* out, const FieldPath& at, Errors& errors) const {
  const auto* o = v.if_object();
  if (o == nullptr) return wrong_type(at, v, "a map", errors);
  for (const auto& member : *o) {
    element_.decode(member.value(), insert(out, member.key()), at.member(member.key()), errors);
  }
}

json::value MapCodec::encode(const void* in) const {
  json::object out;
  for (const auto& [key, value] : entries(in)) out[key] = element_.encode(value);
  return out;
}

schema::Schema MapCodec::schema(Detail detail) const {
  schema::Schema schema;
  schema.type = "object";
  schema.additional_properties = std::make_shared<const schema::Schema>(element_.schema(detail));
  return schema;
}

}  // namespace dynamo::api
