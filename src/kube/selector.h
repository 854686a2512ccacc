#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kube/object.h"

/// Which objects are meant: by their labels, or by a few of their fields.
namespace dynamo::kube {

enum class SelectorOperator : std::uint8_t { in, not_in, exists, not_exists, greater, less };

/// One term of a selector. `values` holds one or more entries for in and not_in, one number for greater and
/// less.
struct Requirement {
  std::string key;
  SelectorOperator op = SelectorOperator::exists;
  std::vector<std::string> values;  // sorted, distinct
  friend bool operator==(const Requirement&, const Requirement&) = default;
};

/// A conjunction of requirements on labels. Without any it matches everything, except when made by
/// `nothing()`.
class LabelSelector {
 public:
  LabelSelector() = default;
  /// Reads "app=web,tier in (a, b),!legacy,rank>2". Errors: invalid, naming the term.
  static Result<LabelSelector> parse(std::string_view text);
  /// Reads `metav1.LabelSelector` (matchLabels, matchExpressions); absent (null) matches nothing.
  static Result<LabelSelector> from_json(const json::value* selector);
  /// Exactly these labels: a Service's `spec.selector`.
  static LabelSelector from_map(const Object& labels);
  static LabelSelector nothing();

  bool matches(const Object& labels) const;
  bool empty() const noexcept { return requirements_.empty() && !nothing_; }
  const std::vector<Requirement>& requirements() const noexcept { return requirements_; }
  /// The text form that `parse` reads; terms in order of their keys.
  std::string to_string() const;
  friend bool operator==(const LabelSelector&, const LabelSelector&) = default;

 private:
  void add(Requirement requirement);
  std::vector<Requirement> requirements_;  // by key
  bool nothing_ = false;
};

/// "metadata.name=web,status.phase!=Failed": equality on fields by dotted path.
class FieldSelector {
 public:
  struct Term {
    std::string path;
    std::string value;
    bool equal = true;
    friend bool operator==(const Term&, const Term&) = default;
  };
  /// Errors: invalid, naming the term.
  static Result<FieldSelector> parse(std::string_view text);
  /// An absent field counts as empty.
  bool matches(const Object& object) const;
  const std::vector<Term>& terms() const noexcept { return terms_; }
  bool empty() const noexcept { return terms_.empty(); }

 private:
  std::vector<Term> terms_;
};

/// Whether `text` may be a label key ("prefix.example/name" or "name") or a label value; the reason when it
/// may not.
std::optional<std::string> label_key_problem(std::string_view text);
std::optional<std::string> label_value_problem(std::string_view text);

}  // namespace dynamo::kube
