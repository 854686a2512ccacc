#include "net/tls.h"

#include <gtest/gtest.h>

#include "net/stream.h"
#include "net/test_support.h"

namespace dynamo::net {
namespace {

using testing::kPatience;

struct Contexts {
  std::shared_ptr<TlsContext> server;
  std::shared_ptr<TlsContext> client;
};

Contexts make_contexts() {
  const auto authority = make_certificate_authority("test");
  const auto leaf = make_certificate(*authority, "server", {"127.0.0.1"});
  TlsConfig server;
  server.certificate_pem = leaf->certificate_pem;
  server.key_pem = leaf->key_pem;
  TlsConfig client;
  client.ca_pem = authority->certificate_pem;
  return {*TlsContext::server(server), *TlsContext::client(client)};
}

Task<void> accept_one(Loop& loop, Listener& listener, std::shared_ptr<TlsContext> context,
                      std::unique_ptr<Stream>& out) {
  auto plain = co_await listener.accept();
  auto accepted = co_await tls_accept(std::move(context), std::move(plain), loop.now() + kPatience);
  if (accepted) out = std::move(*accepted);
}

/// A record that came while nobody waited, read in pieces: the second piece waits inside the TLS layer.
Task<void> read_a_record_in_pieces(Loop& loop) {
  const Contexts contexts = make_contexts();
  auto listener = Listener::open(loop, {"127.0.0.1", 0});
  std::unique_ptr<Stream> server;
  TaskGroup group(loop);
  group.spawn(accept_one(loop, **listener, contexts.server, server));
  auto plain = co_await connect_tcp(loop, (*listener)->endpoint(), loop.now() + kPatience);
  auto connected =
      co_await tls_connect(contexts.client, std::move(*plain), "127.0.0.1", loop.now() + kPatience);
  co_await group.join();
  if (!connected || !server) co_return ADD_FAILURE() << "no connection";
  Stream& client = **connected;

  char bytes[4096];
  while (client.try_read(bytes).state != Attempt::State::again_when_readable) continue;  // session tickets
  const std::string record(8192, 'x');
  const auto written = co_await server->write(record);
  EXPECT_TRUE(written);
  std::size_t received = 0;
  while (received == 0) received = client.try_read(bytes).bytes;
  while (received < record.size()) {
    const bool ready = co_await client.wait_readable(loop.now() + kPatience);
    if (!ready) co_return ADD_FAILURE() << "the rest of the record is never told of";
    received += client.try_read(bytes).bytes;
  }
  EXPECT_EQ(received, record.size());
}

TEST(Tls, TheRestOfARecordIsReadable) {
  Loop loop;
  run(loop, read_a_record_in_pieces(loop));
}

}  // namespace
}  // namespace dynamo::net
