#pragma once

#include <string_view>
#include <vector>

#include "apiserver/kind.h"

/// `meta.k8s.io` Tables: what kubectl prints when it does not ask for the objects themselves.
namespace dynamo::apiserver {

/// How an answer is to be written, from the Accept header and `includeObject`.
struct Presentation {
  enum class Form { objects, table, metadata };
  enum class Include { metadata, object, none };
  Form form = Form::objects;
  std::string version = "v1";  // of meta.k8s.io
  Include include = Include::metadata;

  /// Nothing when none of the types accepted is served.
  static std::optional<Presentation> negotiate(std::string_view accept, std::string_view include_object);
};

/// The object as it is presented inside a Table row: apiVersion, kind PartialObjectMetadata, metadata.
Object metadata_only(const Object& object, std::string_view version);

/// A Table of `objects`; `with_columns` false leaves the definitions out, as all but a watch's first event
/// do.
Object make_table(const Kind& kind, const std::vector<ObjectPtr>& objects, const Presentation& how,
                  WallTime now, json::object list_metadata, bool with_columns = true);

}  // namespace dynamo::apiserver
