"""HTTP as seen from the outside: plain requests, and streams whose chunks keep their time of arrival."""

import http.client
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harness.clock import PATIENCE

JSON = {"Content-Type": "application/json"}


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def text(self) -> str:
        return self.body.decode()


def request(
    port: int, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, host: str = "127.0.0.1"
) -> Answer:
    """One request on a connection of its own. A body that is not bytes is sent as JSON."""
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    connection = http.client.HTTPConnection(host, port, timeout=30 * PATIENCE)
    try:
        connection.request(method, path, body, (JSON if body is not None else {}) | (headers or {}))
        response = connection.getresponse()
        return Answer(
            response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
        )
    finally:
        connection.close()


def get(port: int, path: str) -> Answer:
    return request(port, "GET", path)


def try_get(port: int, path: str) -> Answer | None:
    """None when nobody answers."""
    try:
        return get(port, path)
    except OSError:
        return None


@dataclass
class Event:
    """One server-sent event: its `data`, its name if it has one, and when it arrived (monotonic seconds)."""

    data: str
    name: str
    at: float

    def json(self) -> Any:
        return json.loads(self.data)


class Stream:
    """A streamed answer, read event by event; `close` leaves in the middle as an impatient client does."""

    def __init__(self, port: int, path: str, body: dict[str, Any], receive_buffer: int | None = None):
        payload = json.dumps(body | {"stream": True}).encode()
        self._socket = socket.socket()
        if receive_buffer is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._socket.settimeout(30 * PATIENCE)
        self._socket.connect(("127.0.0.1", port))
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        self._socket.sendall(f"{head}Content-Length: {len(payload)}\r\n\r\n".encode() + payload)
        self._response: http.client.HTTPResponse | None = None

    def response(self) -> http.client.HTTPResponse:
        """The answer's head, waited for when it is not there yet."""
        if self._response is None:
            self._response = http.client.HTTPResponse(self._socket, method="POST")
            self._response.begin()
        return self._response

    def __iter__(self) -> Iterator[Event]:
        response = self.response()
        assert response.status == 200, (response.status, response.read())
        name, data = "", []
        while line := response.readline():
            text = line.decode().rstrip("\r\n")
            if text.startswith("data:"):
                data.append(text.removeprefix("data:").removeprefix(" "))
            elif text.startswith("event:"):
                name = text.removeprefix("event:").strip()
            elif not text and (data or name):
                yield Event("\n".join(data), name, time.monotonic())
                name, data = "", []

    def next_token(self) -> Event:
        """The next event that carries text."""
        for event in self:
            if event.data != "[DONE]" and content(event.json()):
                return event
        raise AssertionError("the stream ended")

    def close(self) -> None:
        if self._response is not None:
            self._response.close()
        self._socket.close()

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def content(chunk: dict[str, Any]) -> str:
    """The text that one chunk of a chat or completion stream carries."""
    for choice in chunk.get("choices", []):
        return choice.get("delta", {}).get("content") or choice.get("text") or ""
    return ""
