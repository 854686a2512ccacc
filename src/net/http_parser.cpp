#include "net/http_parser.h"

#include <boost/beast/http/basic_parser.hpp>

namespace dynamo::net {
namespace {

namespace http = boost::beast::http;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

ParseError to_parse_error(const boost::beast::error_code& error, bool request) {
  const std::string message = fmt::format("the HTTP message cannot be read: {}", error.message());
  if (!request) return {502, message};
  if (error == http::error::body_limit) return {413, "the request body is larger than the limit"};
  if (error == http::error::header_limit) return {431, "the request header is larger than the limit"};
  if (error == http::error::bad_version) return {505, "only HTTP/1.0 and HTTP/1.1 are supported"};
  return {400, message};
}

/// Where Beast's callbacks put what they find.
struct Sink {
  MessageHead head;
  std::string* body = nullptr;
};

template <bool isRequest>
class Parser final : public http::basic_parser<isRequest> {
 public:
  explicit Parser(Sink& sink) : sink_(sink) {}

 private:
  using View = boost::beast::string_view;
  using Code = boost::beast::error_code;

  void on_request_impl(http::verb, View method, View target, int version, Code& error) override {
    error = {};
    sink_.head.method = view(method);
    sink_.head.target = view(target);
    sink_.head.version = version;
  }
  void on_response_impl(int status, View, int version, Code& error) override {
    error = {};
    sink_.head.status = status;
    sink_.head.version = version;
  }
  void on_field_impl(http::field, View name, View value, Code& error) override {
    error = {};
    sink_.head.headers.add(std::string(view(name)), std::string(view(value)));
  }
  void on_header_impl(Code& error) override { error = {}; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Code& error) override { error = {}; }
  std::size_t on_body_impl(View body, Code& error) override {
    error = {};
    sink_.body->append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, View, Code& error) override { error = {}; }
  std::size_t on_chunk_body_impl(std::uint64_t, View body, Code& error) override {
    error = {};
    sink_.body->append(body.data(), body.size());
    return body.size();
  }
  void on_finish_impl(Code& error) override { error = {}; }

  Sink& sink_;
};

template <bool isRequest>
void configure(http::basic_parser<isRequest>& parser, ParseLimits limits) {
  parser.header_limit(static_cast<std::uint32_t>(limits.header));
  parser.body_limit(limits.body == 0 ? boost::optional<std::uint64_t>{}
                                     : boost::optional<std::uint64_t>(limits.body));
}

/// RFC 9112, 6.3: a message with both framings may be an attempt at smuggling.
bool ambiguous_framing(const MessageHead& head) {
  return head.headers.has("Content-Length") && head.headers.has("Transfer-Encoding");
}

}  // namespace

struct HttpParser::Impl {
  Sink sink;
  std::optional<Parser<true>> request;
  std::optional<Parser<false>> response;

  template <class F>
  auto with(F&& f) {
    return request ? f(*request) : f(*response);
  }
};

HttpParser::HttpParser(Kind kind, ParseLimits limits, bool head_request) : impl_(std::make_unique<Impl>()) {
  if (kind == Kind::request) {
    impl_->request.emplace(impl_->sink);
    configure(*impl_->request, limits);
  } else {
    impl_->response.emplace(impl_->sink);
    configure(*impl_->response, limits);
    if (head_request) impl_->response->skip(true);
  }
}

HttpParser::~HttpParser() = default;
HttpParser::HttpParser(HttpParser&&) noexcept = default;
HttpParser& HttpParser::operator=(HttpParser&&) noexcept = default;

std::expected<std::size_t, ParseError> HttpParser::feed(std::string_view bytes, std::string& body,
                                                        bool head_only) {
  impl_->sink.body = &body;
  boost::beast::error_code error;
  const bool head_before = head_done();
  const std::size_t consumed = impl_->with([&](auto& parser) {
    parser.eager(!head_only);
    return parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  });
  if (error == http::error::need_more) error = {};
  if (error) return std::unexpected(to_parse_error(error, impl_->request.has_value()));
  if (!head_before && head_done()) {
    MessageHead& found = impl_->sink.head;
    found.keep_alive = impl_->with([](auto& parser) { return parser.keep_alive(); });
    found.chunked = impl_->with([](auto& parser) { return parser.chunked(); });
    if (impl_->request && ambiguous_framing(found)) {
      return std::unexpected(
          ParseError{400, "a request may not have both Content-Length and Transfer-Encoding"});
    }
  }
  return consumed;
}

std::expected<void, ParseError> HttpParser::finish() {
  boost::beast::error_code error = http::error::partial_message;
  if (head_done()) impl_->with([&](auto& parser) { parser.put_eof(error); });
  if (error) return std::unexpected(ParseError{502, "the connection was closed in the middle of a message"});
  return {};
}

bool HttpParser::head_done() const noexcept {
  return impl_->with([](auto& parser) { return parser.is_header_done(); });
}
bool HttpParser::done() const noexcept {
  return impl_->with([](auto& parser) { return parser.is_done(); });
}
bool HttpParser::keep_alive() const noexcept { return impl_->sink.head.keep_alive; }
MessageHead& HttpParser::head() noexcept { return impl_->sink.head; }

}  // namespace dynamo::net
