#include <algorithm>
#include <fmt/format.h>

#include "jinja/parser.h"
#include "jinja/runtime.h"

namespace dynamo::jinja {

Token TokenStream::take() {
  const Token token = current();
  if (at_ + 1 < tokens_.size()) ++at_;
  return token;
}

bool TokenStream::at_operation(std::string_view text) const {
  return at(TokenKind::operation) && current().text == text;
}

bool TokenStream::at_name(std::string_view name) const {
  return at(TokenKind::name) && current().text == name;
}

bool TokenStream::at_any_name(std::initializer_list<std::string_view> names) const {
  return std::ranges::any_of(names, [this](std::string_view name) { return at_name(name); });
}

bool TokenStream::skip_operation(std::string_view text) {
  if (!at_operation(text)) return false;
  take();
  return true;
}

bool TokenStream::skip_name(std::string_view name) {
  if (!at_name(name)) return false;
  take();
  return true;
}

Token TokenStream::expect(TokenKind kind, std::string_view wanted) {
  if (!at(kind)) fail(fmt::format("expected {}, got {}", wanted, describe()));
  return take();
}

void TokenStream::expect_operation(std::string_view text) {
  if (!skip_operation(text)) fail(fmt::format("expected '{}', got {}", text, describe()));
}

void TokenStream::expect_name(std::string_view name) {
  if (!skip_name(name)) fail(fmt::format("expected '{}', got {}", name, describe()));
}

bool TokenStream::at_tuple_end(std::initializer_list<std::string_view> names) const {
  return at(TokenKind::variable_end) || at(TokenKind::block_end) || at_operation(")") || at_any_name(names);
}

void TokenStream::too_many_arguments() const {
  throw Fault{Errc::too_large, fmt::format("there are more than {} arguments", kMostArguments), line()};
}

void TokenStream::fail(std::string message) const { throw Fault{Errc::invalid, std::move(message), line()}; }

std::string TokenStream::describe() const {
  switch (current().kind) {
    case TokenKind::data:
      return "template data";
    case TokenKind::variable_begin:
      return "begin of print statement";
    case TokenKind::variable_end:
      return "end of print statement";
    case TokenKind::block_begin:
      return "begin of statement block";
    case TokenKind::block_end:
      return "end of statement block";
    case TokenKind::end:
      return "end of template";
    case TokenKind::name:
    case TokenKind::string:
    case TokenKind::integer:
    case TokenKind::real:
    case TokenKind::operation:
      break;
  }
  return fmt::format("'{}'", current().text);
}

}  // namespace dynamo::jinja
