#include "apiserver/object_reads.h"

#include <charconv>

#include "apiserver/api_error.h"
#include "apiserver/encoding.h"
#include "apiserver/patch.h"
#include "kube/kubeconfig.h"

namespace dynamo::apiserver {
namespace {

constexpr std::string_view kServed = "application/json, application/json;as=Table;v=v1;g=meta.k8s.io";

/// Where a list goes on: behind this object, at the version of the first page.
struct Continuation {
  std::uint64_t version = 0;
  std::string ns;
  std::string name;
};

std::string encode(const Continuation& at) {
  return encode_base64(
      json::dump(Object{{"v", "meta.k8s.io/v1"}, {"rv", at.version}, {"ns", at.ns}, {"name", at.name}}));
}

Result<Continuation> decode(std::string_view token) {
  const auto text = kube::decode_base64(token);
  const auto parsed = text ? json::parse(*text) : fail(Errc::invalid, "");
  if (!parsed || json::string_at(*parsed, {"v"}) != "meta.k8s.io/v1") {
    return std::unexpected(
        bad_request("continue key is not valid: it must be taken from the list before, unchanged"));
  }
  return Continuation{static_cast<std::uint64_t>(json::int_at(*parsed, {"rv"}).value_or(0)),
                      std::string(json::string_at(*parsed, {"ns"})),
                      std::string(json::string_at(*parsed, {"name"}))};
}

/// A part of a list, and where the rest begins.
struct Page {
  std::vector<ObjectPtr> objects;
  std::uint64_t version = 0;
  std::string next;
  std::size_t remaining = 0;
};

Result<void> skip_to(const Store& store, const Kind& kind, std::string_view token, Page& page) {
  const auto from = decode(token);
  if (!from) return std::unexpected(from.error());
  if (!store.changes_after(kind.collection(), from->version)) {
    return std::unexpected(
        expired("The provided continue parameter is too old to display a consistent list result. "
                "You must start a new list without the continue parameter."));
  }
  page.version = from->version;
  std::erase_if(page.objects, [&](const ObjectPtr& object) {
    return std::pair(kube::namespace_of(*object), kube::name_of(*object)) <=
           std::pair<std::string_view, std::string_view>(from->ns, from->name);
  });
  return {};
}

void cut(Page& page, std::size_t limit) {
  if (limit == 0 || page.objects.size() <= limit) return;
  page.remaining = page.objects.size() - limit;
  page.objects.resize(limit);
  const Object& last = *page.objects.back();
  page.next = encode({page.version, std::string(kube::namespace_of(last)), std::string(kube::name_of(last))});
}

Result<void> check_version(const Store& store, const net::Query& query) {
  const auto text = query.get("resourceVersion");
  if (text.empty()) return {};
  const auto wanted = parse_number(text);
  if (!wanted)
    return std::unexpected(
        bad_request(fmt::format("Invalid value: \"{}\": resourceVersion must be a number", text)));
  if (*wanted > store.version()) return std::unexpected(version_too_large(*wanted, store.version()));
  if (query.get("resourceVersionMatch") == "Exact" && *wanted != store.version()) {
    return std::unexpected(
        expired(fmt::format("too old resource version: {} ({})", *wanted, store.version())));
  }
  return {};
}

Result<Page> page_of(const Store& store, const Call& call) {
  const auto selection = selection_of(call);
  if (!selection) return std::unexpected(selection.error());
  const net::Query& query = call.http.query;
  if (auto ok = check_version(store, query); !ok) return std::unexpected(ok.error());
  Page page{.objects = select_objects(store, *call.kind, *selection), .version = store.version()};
  if (const auto token = query.get("continue"); !token.empty()) {
    if (auto skipped = skip_to(store, *call.kind, token, page); !skipped)
      return std::unexpected(skipped.error());
  }
  cut(page, static_cast<std::size_t>(parse_number(query.get("limit")).value_or(0)));
  return page;
}

Object list_metadata(const Page& page) {
  Object metadata{{"resourceVersion", std::to_string(page.version)}};
  if (!page.next.empty()) {
    metadata["continue"] = page.next;
    metadata["remainingItemCount"] = static_cast<std::int64_t>(page.remaining);
  }
  return metadata;
}

/// Written as text piece by piece: a list of thousands need not stand in memory twice as a tree.
std::string list_text(const Kind& kind, const Page& page, const Presentation& how) {
  const bool metadata = how.form == Presentation::Form::metadata;
  std::string out = fmt::format(R"({{"kind":"{}List","apiVersion":"{}","metadata":{},"items":[)",
                                metadata ? "PartialObjectMetadata" : kind.resource.kind,
                                metadata ? "meta.k8s.io/" + how.version : kind.resource.api_version(),
                                json::dump(list_metadata(page)));
  bool first = true;
  for (const auto& object : page.objects) {
    if (!first) out += ',';
    first = false;
    out += json::dump(metadata ? metadata_only(*object, how.version) : *object);
  }
  return out += "]}\n";
}

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<Presentation> presentation_of(const Call& call) {
  auto how = Presentation::negotiate(call.http.headers.get("Accept"), call.http.query.get("includeObject"));
  if (!how) return std::unexpected(not_acceptable(kServed));
  return *how;
}

Object presented(const Kind& kind, const ObjectPtr& object, const Presentation& how, WallTime now,
                 bool with_columns) {
  switch (how.form) {
    case Presentation::Form::objects:
      return *object;
    case Presentation::Form::metadata:
      return metadata_only(*object, how.version);
    case Presentation::Form::table:
      return make_table(kind, {object}, how, now,
                        Object{{"resourceVersion", kube::resource_version_of(*object)}}, with_columns);
  }
  return *object;
}

std::vector<ObjectPtr> select_objects(const Store& store, const Kind& kind, const Selection& selection) {
  std::vector<ObjectPtr> out;
  const bool exact = !selection.name.empty() && (!kind.resource.namespaced || !selection.ns.empty());
  if (exact) {
    auto object = store.get(Key{kind.collection(), selection.ns, selection.name});
    if (object && selection.matches(*object)) out.push_back(std::move(object));
    return out;
  }
  out = store.list(kind.collection(), selection.ns);
  std::erase_if(out, [&](const ObjectPtr& object) { return !selection.matches(*object); });
  return out;
}

Outcome get_object(const Store& store, const Clock& clock, const Call& call) {
  const auto how = presentation_of(call);
  if (!how) return std::unexpected(how.error());
  const ObjectPtr object = store.get(call.key());
  if (!object) return std::unexpected(object_not_found(call.kind->resource, call.path.name));
  if (call.path.subresource == "scale") return Answer::of(scale_of(*call.kind, *object));
  return Answer::of(presented(*call.kind, object, *how, clock.wall_now(), true));
}

Outcome list_objects(const Store& store, const Clock& clock, const Call& call) {
  const auto how = presentation_of(call);
  if (!how) return std::unexpected(how.error());
  const auto page = page_of(store, call);
  if (!page) return std::unexpected(page.error());
  if (how->form == Presentation::Form::table) {
    return Answer::of(make_table(*call.kind, page->objects, *how, clock.wall_now(), list_metadata(*page)));
  }
  return Answer{.body = list_text(*call.kind, *page, *how)};
}

}  // namespace dynamo::apiserver
