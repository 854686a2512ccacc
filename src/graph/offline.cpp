#include "graph/offline.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/check.h"
#include "api/codec.h"
#include "base/yaml.h"
#include "graph/checks.h"
#include "graph/component.h"
#include "graph/graph.h"

namespace dynamo::graph {
namespace {

using api::DynamoComponentDeployment;
using api::DynamoGraphDeployment;

bool is_kind(const json::value& object, std::string_view kind) {
  return json::string_at(object, {"apiVersion"}) == api::kApiVersion &&
         json::string_at(object, {"kind"}) == kind;
}

/// One document on its way to objects; what is wrong is told with its place in the file.
class DocumentRenderer {
 public:
  DocumentRenderer(const yaml::Document& document, const OfflineOptions& options,
                   std::vector<json::object>& objects, std::vector<std::string>& errors)
      : document_(document), options_(options), objects_(objects), errors_(errors) {}

  void render() {
    if (is_kind(document_.value, DynamoGraphDeployment::kKind)) {
      render_as<DynamoGraphDeployment>();
    } else if (is_kind(document_.value, DynamoComponentDeployment::kKind)) {
      render_as<DynamoComponentDeployment>();
    } else {
      tell("kind", fmt::format("not supported yet: rendering of {}; render DynamoGraphDeployment or "
                               "DynamoComponentDeployment",
                               json::string_at(document_.value, {"kind"})));
    }
  }

 private:
  template <class Kind>
  void render_as() {
    auto object = api::from_json<Kind>(document_.value);
    if (!object) return tell("", object.error().message);
    if (object->metadata.ns.empty()) object->metadata.ns = options_.ns;
    render(*object);
  }

  void render(const DynamoGraphDeployment& dgd) {
    GraphFacts facts{.settings = options_.settings};
    for (const api::Pvc& claim : dgd.spec.pvcs) facts.claims.insert(claim.name);
    if (const auto problems = find_problems(dgd, facts); !problems.empty()) return tell(problems);
    auto made = render_graph(dgd, facts);
    if (!made) return tell("spec", made.error().message);
    for (Rendered& one : *made) objects_.push_back(one.object);
    for (const Rendered& one : *made) {
      if (!is_kind(one.object, DynamoComponentDeployment::kKind)) continue;
      const auto component = api::from_json<DynamoComponentDeployment>(one.object);
      if (!component) return tell("spec", component.error().message);
      render(*component, fmt::format("spec.services[{}]", component->spec.service_name));
    }
  }

  void render(const DynamoComponentDeployment& dcd) {
    if (const auto problems = find_problems(dcd); !problems.empty()) return tell(problems);
    render(dcd, "spec");
  }

  /// `path`: where the component stands in the document.
  void render(const DynamoComponentDeployment& dcd, const std::string& path) {
    auto made = render_component(dcd, {.settings = options_.settings});
    if (!made) return tell(path, fmt::format("{}: {}", dcd.metadata.name, made.error().message));
    for (Rendered& one : *made) objects_.push_back(std::move(one.object));
  }

  void tell(const std::vector<schema::FieldError>& problems) {
    for (const schema::FieldError& problem : problems) tell(problem.path, problem.to_string());
  }
  void tell(std::string_view path, std::string message) {
    const yaml::Position at = document_.positions.nearest(api::document_path(path));
    errors_.push_back(fmt::format("{}:{}:{}: {}", options_.file, at.line, at.column, message));
  }

  const yaml::Document& document_;
  const OfflineOptions& options_;
  std::vector<json::object>& objects_;
  std::vector<std::string>& errors_;
};

std::vector<std::string> check(std::string_view text, const std::string& file) {
  std::vector<std::string> errors;
  for (const api::Diagnostic& found : api::check_documents(text, file)) {
    if (found.severity == api::Severity::error) errors.push_back(found.to_string());
  }
  return errors;
}

}  // namespace

Result<std::vector<json::object>> render_offline(std::string_view text, const OfflineOptions& options) {
  std::vector<std::string> errors = check(text, options.file);
  std::vector<json::object> objects;
  if (errors.empty()) {
    const yaml::Stream stream = yaml::read(text);
    for (const yaml::Document& document : stream.documents) {
      DocumentRenderer(document, options, objects, errors).render();
    }
  }
  if (!errors.empty()) return fail(Errc::invalid, fmt::format("{}", fmt::join(errors, "\n")));
  return objects;
}

Result<std::string> render_documents(std::string_view text, const OfflineOptions& options) {
  const auto objects = render_offline(text, options);
  if (!objects) return std::unexpected(objects.error());
  std::string documents;
  for (const json::object& object : *objects) documents += "---\n" + yaml::emit(object);
  return documents;
}

}  // namespace dynamo::graph
