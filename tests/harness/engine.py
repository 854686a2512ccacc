"""Engines that a test controls, for what a well-behaved one does not do, or not at a moment that is known."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "scripted"
CHAT = "/v1/chat/completions"


class ScriptedEngine:
    """Speaks OpenAI's API; what `answer` says becomes a stream."""

    def __init__(self) -> None:
        engine = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                models = {"object": "list", "data": [{"id": MODEL, "object": "model"}]}
                body = json.dumps(models).encode() if self.path == "/v1/models" else b""
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                wanted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                try:
                    engine.answer(wanted, lambda text: self.write_chunk(event(self.path, text)))
                    self.write_chunk(b"data: [DONE]\n\n")
                    self.wfile.write(b"0\r\n\r\n")
                except ConnectionError:  # whoever asked has gone
                    self.close_connection = True

            def write_chunk(self, payload: bytes) -> None:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(payload), payload))

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, wanted: dict[str, Any], say: Callable[[str], None]) -> None:
        """Answers the request `wanted`, an event for each text."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class FloodEngine(ScriptedEngine):
    """Says texts of `size` bytes as fast as they are taken, until `stop` or `most` of them; counts those it got rid of."""

    def __init__(self, size: int, most: int):
        self.sent = 0
        self._size = size
        self._most = most
        self._stopped = False
        super().__init__()

    def stop(self) -> None:
        self._stopped = True

    def answer(self, wanted: dict[str, Any], say: Callable[[str], None]) -> None:
        while self.sent < self._most and not self._stopped:
            say("x" * self._size)
            self.sent += 1


class PacedEngine(ScriptedEngine):
    """Says `max_tokens` words in every answer, and each of them only once the test allows so many."""

    EVERYTHING = 1_000_000

    def __init__(self) -> None:
        self._allowed = 0
        self._changed = threading.Condition()
        super().__init__()

    def allow(self, words: int) -> None:
        """No answer is held before its word of this number."""
        with self._changed:
            self._allowed = words
            self._changed.notify_all()

    def answer(self, wanted: dict[str, Any], say: Callable[[str], None]) -> None:
        for number in range(1, wanted["max_tokens"] + 1):
            with self._changed:
                self._changed.wait_for(lambda: number <= self._allowed)
            say(word(number))

    def end(self) -> None:
        self.allow(self.EVERYTHING)
        super().end()


def word(number: int) -> str:
    """What a paced engine says at this place of an answer, counted from 1."""
    return f"{number} "


def event(path: str, text: str) -> bytes:
    """An event with `text` as the endpoint `path` streams it."""
    is_chat = path == CHAT
    choice = {"index": 0, "finish_reason": None} | ({"delta": {"content": text}} if is_chat else {"text": text})
    kind = "chat.completion.chunk" if is_chat else "text_completion"
    chunk = {"id": "cmpl-1", "object": kind, "created": 1, "model": MODEL, "choices": [choice]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"
