#pragma once

#include <string>

#include "parsers/element_calls.h"

namespace dynamo::parsers {

/// A format that writes calls as elements, `<function=NAME><parameter=KEY>VALUE</parameter></function>`,
/// inside a wrapper that may be missing. The markers that open a function or a parameter go on to the next
/// `>`: what stands there is the name, in quotes or not, and attributes.
struct XmlMarkers {
  std::string wrapper_open;
  std::string wrapper_close;
  std::string function_open;
  std::string function_close;
  std::string parameter_open;
  std::string parameter_close;
};

ElementCallsFormat xml_calls(const XmlMarkers& markers);

}  // namespace dynamo::parsers
