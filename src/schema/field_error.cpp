#include "schema/field_error.h"

#include <fmt/format.h>

namespace dynamo::schema {
namespace {

std::string_view title(FieldErrorKind kind) {
  switch (kind) {
    case FieldErrorKind::required:
      return "Required value";
    case FieldErrorKind::invalid:
    case FieldErrorKind::type_invalid:
      return "Invalid value";
    case FieldErrorKind::not_supported:
      return "Unsupported value";
    case FieldErrorKind::duplicate:
      return "Duplicate value";
    case FieldErrorKind::forbidden:
      return "Forbidden";
    case FieldErrorKind::too_long:
      return "Too long";
    case FieldErrorKind::too_many:
      return "Too many";
    case FieldErrorKind::not_found:
      return "Not found";
  }
  return "Internal error";
}

bool shows_value(FieldErrorKind kind) {
  switch (kind) {
    case FieldErrorKind::invalid:
    case FieldErrorKind::type_invalid:
    case FieldErrorKind::not_supported:
    case FieldErrorKind::duplicate:
    case FieldErrorKind::too_many:
    case FieldErrorKind::not_found:
      return true;
    case FieldErrorKind::required:
    case FieldErrorKind::forbidden:
    case FieldErrorKind::too_long:
      return false;
  }
  return false;
}

}  // namespace

std::string FieldError::body() const {
  std::string text(title(kind));
  if (shows_value(kind)) text.append(": ").append(json::dump(bad_value));
  if (!message.empty()) text.append(": ").append(message);
  return text;
}

std::string FieldError::to_string() const { return path.empty() ? body() : path + ": " + body(); }

std::string_view cause_reason(FieldErrorKind kind) {
  switch (kind) {
    case FieldErrorKind::required:
      return "FieldValueRequired";
    case FieldErrorKind::invalid:
      return "FieldValueInvalid";
    case FieldErrorKind::type_invalid:
      return "FieldValueTypeInvalid";
    case FieldErrorKind::not_supported:
      return "FieldValueNotSupported";
    case FieldErrorKind::duplicate:
      return "FieldValueDuplicate";
    case FieldErrorKind::forbidden:
      return "FieldValueForbidden";
    case FieldErrorKind::too_long:
      return "FieldValueTooLong";
    case FieldErrorKind::too_many:
      return "FieldValueTooMany";
    case FieldErrorKind::not_found:
      return "FieldValueNotFound";
  }
  return "InternalError";
}

FieldError required(std::string path, std::string message) {
  return {std::move(path), FieldErrorKind::required, std::move(message), nullptr};
}

FieldError invalid(std::string path, json::value bad, std::string message) {
  return {std::move(path), FieldErrorKind::invalid, std::move(message), std::move(bad)};
}

FieldError not_supported(std::string path, json::value bad, const std::vector<std::string>& supported) {
  std::vector<std::string> quoted;
  for (const auto& value : supported) quoted.push_back(json::dump(json::value(value)));
  return {std::move(path), FieldErrorKind::not_supported,
          fmt::format("supported values: {}", fmt::join(quoted, ", ")), std::move(bad)};
}

FieldError forbidden(std::string path, std::string message) {
  return {std::move(path), FieldErrorKind::forbidden, std::move(message), nullptr};
}

FieldError duplicate(std::string path, json::value bad) {
  return {std::move(path), FieldErrorKind::duplicate, "", std::move(bad)};
}

FieldError too_many(std::string path, std::size_t found, std::size_t limit) {
  return {std::move(path), FieldErrorKind::too_many,
          fmt::format("must have at most {} {}", limit, limit == 1 ? "item" : "items"), found};
}

FieldError too_long(std::string path, std::size_t limit) {
  return {std::move(path), FieldErrorKind::too_long,
          fmt::format("may not be more than {} {}", limit, limit == 1 ? "byte" : "bytes"), nullptr};
}

std::string join(const std::vector<FieldError>& errors) {
  if (errors.size() == 1) return errors.front().to_string();
  std::vector<std::string> texts;
  for (const auto& error : errors) texts.push_back(error.to_string());
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

std::string FieldPath::str() const {
  std::string out;
  append_to(out);
  return out;
}

void FieldPath::append_to(std::string& out) const {
  if (up_ != nullptr) up_->append_to(out);
  if (index_ != kNoIndex) {
    out.append("[").append(std::to_string(index_)).append("]");
  } else if (!key_.empty()) {
    if (!out.empty()) out += '.';
    out += key_;
  }
}

}  // namespace dynamo::schema
