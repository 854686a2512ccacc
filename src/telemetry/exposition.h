#pragma once

#include <string>
#include <string_view>

#include "telemetry/metrics.h"

/// Pieces of the Prometheus text format.
namespace dynamo::telemetry {

/// A label value with backslash, quote and line feed escaped; HELP text with backslash and line feed escaped.
std::string escape_label_value(std::string_view value);
std::string escape_help(std::string_view help);

/// A number as the format wants it: "+Inf", "-Inf", "NaN", the shortest decimal that reads back otherwise.
std::string format_number(double value);

/// `a="x",b="y"`; empty for no labels.
std::string render_labels(const Labels& labels);

/// `text`, as an engine exposed it, with `labels` on every sample. A label that a sample already has stays as
/// it is. Lines that are not samples, comments included, are kept; lines that cannot be read are dropped.
std::string inject_labels(std::string_view text, const Labels& labels);

}  // namespace dynamo::telemetry
