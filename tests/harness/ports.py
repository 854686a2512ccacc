"""Free loopback ports."""

import socket

_held: list[socket.socket] = []


def free_port() -> int:
    """A port for a server under test, and for nobody else until this test run ends.

    It stays bound here, without listening: the system gives it neither to who asks for any port nor to who connects
    somewhere, while a server that asks for this very one, with SO_REUSEADDR or SO_REUSEPORT, gets it. Until then,
    and after, connections are refused.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    holder.bind(("127.0.0.1", 0))
    _held.append(holder)
    return holder.getsockname()[1]
