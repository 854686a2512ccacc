#include "apiserver/protobuf_review.h"

#include <optional>
#include <vector>

// Field numbers: k8s.io/apimachinery runtime/generated.proto (Unknown, TypeMeta) and k8s.io/api
// authorization/v1/generated.proto.
namespace dynamo::apiserver {
namespace {

constexpr std::string_view kMagic{"k8s\0", 4};

/// One field of a message; only those with bytes (wire type 2) have a payload.
struct Field {
  std::uint64_t number = 0;
  std::string_view payload;
};

std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

std::optional<Field> take_field(std::string_view& bytes) {
  const auto key = take_varint(bytes);
  if (!key) return std::nullopt;
  Field field{*key >> 3, {}};
  const auto value = (*key & 7) == 0 || (*key & 7) == 2 ? take_varint(bytes) : std::nullopt;
  if (!value) return std::nullopt;
  if ((*key & 7) == 0) return field;
  if (*value > bytes.size()) return std::nullopt;
  field.payload = bytes.substr(0, *value);
  bytes.remove_prefix(*value);
  return field;
}

/// The last payload of field `number`; empty when it is not there or the message is broken.
std::string_view payload_of(std::string_view message, std::uint64_t number) {
  std::string_view found;
  while (!message.empty()) {
    const auto field = take_field(message);
    if (!field) return {};
    if (field->number == number) found = field->payload;
  }
  return found;
}

kube::Object texts_of(std::string_view message,
                      std::initializer_list<std::pair<std::uint64_t, std::string_view>> fields) {
  kube::Object out;
  for (const auto& [number, name] : fields) {
    const auto text = payload_of(message, number);
    if (!text.empty()) out[name] = text;
  }
  return out;
}

}  // namespace

Result<kube::Object> decode_protobuf_review(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) return fail(Errc::invalid, "not a protobuf message of Kubernetes");
  const auto unknown = bytes.substr(kMagic.size());
  const auto kind = payload_of(payload_of(unknown, 1), 2);
  if (kind == "SelfSubjectReview") return kube::Object{};
  if (kind != "SelfSubjectAccessReview") {
    return fail(Errc::invalid, "bodies must be JSON; of protobuf only reviews of oneself are read");
  }
  const auto spec = payload_of(payload_of(unknown, 2), 2);
  kube::Object fields;
  if (const auto resource = payload_of(spec, 1); !resource.empty()) {
    fields["resourceAttributes"] = texts_of(resource, {{1, "namespace"},
                                                       {2, "verb"},
                                                       {3, "group"},
                                                       {4, "version"},
                                                       {5, "resource"},
                                                       {6, "subresource"},
                                                       {7, "name"}});
  }
  if (const auto path = payload_of(spec, 2); !path.empty()) {
    fields["nonResourceAttributes"] = texts_of(path, {{1, "path"}, {2, "verb"}});
  }
  return kube::Object{{"spec", std::move(fields)}};
}

}  // namespace dynamo::apiserver
