"""Free loopback ports."""

import socket

_given: set[int] = set()


def free_port() -> int:
    """A port that nothing listens on and that this test run has not handed out before."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in _given:
            _given.add(port)
            return port
