#pragma once

#include "parsers/element_calls.h"

namespace dynamo::parsers {

/// GLM 4.5 to 5: `<tool_call>NAME<arg_key>KEY</arg_key><arg_value>VALUE</arg_value>…</tool_call>`, with or
/// without line breaks between the parts. Values have the types of the tool's schema.
ElementCallsFormat glm_calls();

}  // namespace dynamo::parsers
