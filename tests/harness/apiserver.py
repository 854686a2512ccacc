"""`dynamo apiserver` as a process, and its API as a plain HTTPS client sees it."""

import base64
import http.client
import json
import pathlib
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import yaml

from harness.clock import PATIENCE
from harness.dynamo import BINARY
from harness.http import JSON, Answer
from harness.process import Process

PATCHES = {
    "merge": "application/merge-patch+json",
    "json": "application/json-patch+json",
    "strategic": "application/strategic-merge-patch+json",
    "apply": "application/apply-patch+yaml",
}


class ApiServer:
    """Starts in the constructor on a free port; with `data` it keeps its objects in that folder."""

    def __init__(self, home: pathlib.Path, data: pathlib.Path | None = None):
        self.home = home
        self.kubeconfig = home / "kubeconfig"
        self._arguments = ["--port", "0", "--write-kubeconfig", str(self.kubeconfig)]
        if data is not None:
            self._arguments += ["--data", str(data)]
        self._starts = 0
        self.start()

    def start(self) -> None:
        """Again, after `kill` or `end`: on another port, with a fresh kubeconfig."""
        self._starts += 1
        log = self.home / f"apiserver-{self._starts}.log"
        self.process = Process("apiserver", [BINARY, "apiserver", *self._arguments], log)
        try:
            self.process.wait_for_output("listening on")
        except AssertionError as failure:
            self.process.end()
            raise AssertionError(f"{failure}\n{self.process.output()}") from None
        config = yaml.safe_load(self.kubeconfig.read_text())
        cluster = config["clusters"][0]["cluster"]
        self.port = int(cluster["server"].rsplit(":", 1)[1])
        self.token = config["users"][0]["user"]["token"]
        self.authority = base64.b64decode(cluster["certificate-authority-data"]).decode()

    def kill(self) -> None:
        self.process.kill()

    def end(self) -> None:
        self.process.end()

    def connect(self) -> http.client.HTTPSConnection:
        """A connection of one's own, for many requests or for a stream."""
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30 * PATIENCE, context=self._tls())

    def socket(self) -> ssl.SSLSocket:
        """A TLS connection without HTTP, for what no proper client sends."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=30 * PATIENCE)
        return self._tls().wrap_socket(plain, server_hostname="127.0.0.1")

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        content_type: str = JSON["Content-Type"],
        token: str | None = None,
        connection: http.client.HTTPSConnection | None = None,
    ) -> Answer:
        """One request as the administrator, or with `token`; a body that is not bytes is sent as JSON."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        used = connection or self.connect()
        try:
            used.request(method, path, body, self._headers(content_type if body is not None else None, token))
            response = used.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, headers, response.read())
        finally:
            if connection is None:
                used.close()

    def get(self, path: str) -> Any:
        answer = self.request("GET", path)
        assert answer.status == 200, answer
        return answer.json()

    def create(self, path: str, body: dict[str, Any]) -> Any:
        answer = self.request("POST", path, body)
        assert answer.status == 201, answer
        return answer.json()

    def patch(self, path: str, body: Any, kind: str = "merge") -> Any:
        answer = self.request("PATCH", path, body, PATCHES[kind])
        assert answer.status in (200, 201), answer
        return answer.json()

    def watch(self, path: str) -> Iterator[dict[str, Any]]:
        """The events of a watch until the server ends it; `path` carries the query."""
        connection = self.connect()
        try:
            connection.request("GET", path, headers=self._headers(None, None))
            response = connection.getresponse()
            assert response.status == 200, (response.status, response.read())
            while line := response.readline():
                yield json.loads(line)
        finally:
            connection.close()

    def resident_bytes(self) -> int:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(kilobytes) * 1024

    def _headers(self, content_type: str | None, token: str | None) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        return headers | ({"Content-Type": content_type} if content_type else {})

    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cadata=self.authority)
