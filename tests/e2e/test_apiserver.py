"""`dynamo apiserver` on its own: what survives `kill -9`, and what clients that misbehave are told."""

import http.client
import json
import pathlib
import random
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from harness.apiserver import ApiServer
from harness.clock import MEMORY_SLACK, eventually
from harness.dynamo import BINARY
from harness.process import Process

CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"
WRITERS = 6
MEGABYTE = 1024 * 1024


def config_map(name: str, **values: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": values}


def version_of(thing: dict[str, Any]) -> int:
    return int(thing["metadata"]["resourceVersion"])


def identity(thing: dict[str, Any]) -> tuple[str, str]:
    return thing["metadata"]["uid"], thing["metadata"]["resourceVersion"]


@pytest.fixture
def kept(tmp_path: pathlib.Path) -> Iterator[ApiServer]:
    """A server that keeps its objects in `data` below the test's folder."""
    server = ApiServer(tmp_path, data=tmp_path / "data")
    yield server
    server.end()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    made = ApiServer(tmp_path_factory.mktemp("apiserver"))
    yield made
    made.end()


@dataclass
class Acknowledged:
    """What the server said to one writer: the last state of each object, and those that are gone."""

    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    in_doubt: str = ""  # the object whose write got no answer


def storm(server: ApiServer, writer: int) -> Acknowledged:
    """Creates, changes and deletes objects of its own until the server no longer answers."""
    told = Acknowledged()
    choose = random.Random(writer)
    connection = server.connect()
    number = 0
    try:
        while True:
            number += 1
            name = choose.choice(sorted(told.objects)) if told.objects and number % 3 else f"w{writer}-{number}"
            told.in_doubt = name
            path = f"{CONFIG_MAPS}/{name}"
            if name not in told.objects:
                answer = server.request("POST", CONFIG_MAPS, config_map(name, n="0"), connection=connection)
                assert answer.status == 201, answer
                told.objects[name] = answer.json()
            elif number % 7 == 0:
                answer = server.request("DELETE", path, connection=connection)
                assert answer.status == 200, answer
                del told.objects[name]
                told.deleted.add(name)
            else:
                body = {"data": {"n": str(number)}}
                answer = server.request("PATCH", path, body, "application/merge-patch+json", connection=connection)
                assert answer.status == 200, answer
                told.objects[name] = answer.json()
    except (OSError, http.client.HTTPException):
        return told
    finally:
        connection.close()


class TestDurability:
    def test_every_acknowledged_write_survives_a_kill(self, kept: ApiServer):
        with ThreadPoolExecutor(WRITERS) as pool:
            writers = [pool.submit(storm, kept, writer) for writer in range(WRITERS)]
            eventually(lambda: len(kept.get(CONFIG_MAPS)["items"]) > 150, "the storm has written much", within=120)
            kept.kill()
            told = [writer.result() for writer in writers]
        kept.start()
        there = {item["metadata"]["name"]: item for item in kept.get(CONFIG_MAPS)["items"]}
        doubtful = {each.in_doubt for each in told}
        acknowledged = {name: state for each in told for name, state in each.objects.items() if name not in doubtful}
        assert len(acknowledged) > 100
        assert {name: there.get(name) for name in acknowledged} == acknowledged
        assert [name for each in told for name in each.deleted if name in there and name not in doubtful] == []
        unasked = set(there) - {name for each in told for name in each.objects} - doubtful
        assert unasked == set()
        newest = max(version_of(state) for each in told for state in each.objects.values())
        assert version_of(kept.create(CONFIG_MAPS, config_map("after"))) > newest

    def test_a_second_and_third_restart_change_nothing(self, kept: ApiServer):
        kept.create(CONFIG_MAPS, config_map("a", k="v"))
        kept.patch(f"{CONFIG_MAPS}/a", {"data": {"k": "w"}})
        graph = {
            "metadata": {"name": "g", "finalizers": ["example.com/hold"]},
            "spec": {"services": {"F": {"componentType": "frontend"}}},
        }
        graphs = "/apis/nvidia.com/v1alpha1/namespaces/default/dynamographdeployments"
        kept.create(graphs, graph)
        kept.request("DELETE", f"{graphs}/g")
        before = (kept.get(CONFIG_MAPS), kept.get(graphs))
        for _ in range(2):
            kept.kill()
            kept.start()
            assert kept.get(CONFIG_MAPS)["items"] == before[0]["items"]
            assert kept.get(graphs)["items"] == before[1]["items"]
        kept.patch(f"{graphs}/g", {"metadata": {"finalizers": None}})
        assert kept.get(graphs)["items"] == []

    def test_watches_after_a_restart(self, kept: ApiServer):
        old = kept.create(CONFIG_MAPS, config_map("a"))
        newest = kept.create(CONFIG_MAPS, config_map("b"))
        kept.kill()
        kept.start()
        kept.create(CONFIG_MAPS, config_map("c"))

        def events_since(version: int) -> list[tuple[str, str]]:
            path = f"{CONFIG_MAPS}?watch=true&timeoutSeconds=1&resourceVersion={version}"
            return [
                (event["type"], event["object"].get("reason") or event["object"]["metadata"]["name"])
                for event in kept.watch(path)
            ]

        # The history before the end is gone: whoever missed some of it must list again, whoever did not goes on.
        assert events_since(version_of(old)) == [("ERROR", "Expired")]
        assert events_since(version_of(newest)) == [("ADDED", "c")]
        assert events_since(version_of(kept.get(CONFIG_MAPS))) == []

    @pytest.mark.parametrize("damage", ["garbage", "truncated", "empty_pages"])
    def test_a_corrupt_state_is_kept_aside(self, kept: ApiServer, tmp_path: pathlib.Path, damage: str):
        for number in range(40):
            kept.create(CONFIG_MAPS, config_map(f"c{number}", text="x" * 2000))
        kept.process.terminate()
        state = tmp_path / "data" / "state.db"
        for beside in state.parent.glob("state.db-*"):
            beside.unlink()
        whole = state.read_bytes()
        damaged = {
            "garbage": b"this is no database\n" * 1000,
            "truncated": whole[: len(whole) // 2],
            "empty_pages": whole[:100] + bytes(len(whole) - 100),
        }[damage]
        state.write_bytes(damaged)
        kept.start()
        said = kept.process.output()
        assert "corrupt" in said
        aside = [file for file in state.parent.iterdir() if file.name in said and file != state]
        assert [file.read_bytes()[:4096] for file in aside] == [damaged[:4096]], list(state.parent.iterdir())
        assert kept.get(CONFIG_MAPS)["items"] == []
        kept.create(CONFIG_MAPS, config_map("new"))

    def test_the_folder_belongs_to_one_server(self, kept: ApiServer, tmp_path: pathlib.Path):
        second = Process(
            "second", [BINARY, "apiserver", "--port", "0", "--data", str(tmp_path / "data")], tmp_path / "second.log"
        )
        try:
            assert second.wait() == 1
        finally:
            second.end()
        assert str(tmp_path / "data") in second.output()
        kept.create(CONFIG_MAPS, config_map("a"))


class TestMisbehaviour:
    def test_without_a_right_token(self, server: ApiServer):
        for token in ("wrong", "", server.token[:-1], server.token + "x"):
            answer = server.request("GET", CONFIG_MAPS, token=token)
            assert answer.status == 401, token
            assert answer.json()["reason"] == "Unauthorized"
        assert server.request("GET", "/healthz", token="wrong").status in (200, 401)

    def test_an_unknown_kind(self, server: ApiServer):
        answer = server.request("GET", "/apis/example.com/v1/namespaces/default/toasters")
        assert answer.status == 404
        assert answer.json()["message"] == "the server could not find the requested resource"
        assert server.request("GET", "/nowhere").status == 404

    def test_half_a_request(self, server: ApiServer):
        halves = [
            b"GET /api/v1/names",
            b"POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\n",
            b"POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
            + server.token.encode()
            + b'\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"metadata":{"name":"half"}',
        ]
        for half in halves:
            connection = server.socket()
            connection.sendall(half)
            connection.close()
        plain = socket.create_connection(("127.0.0.1", server.port), timeout=5)
        plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
        plain.close()
        assert server.request("GET", f"{CONFIG_MAPS}/half").status == 404

    def test_what_is_no_http(self, server: ApiServer):
        connection = server.socket()
        connection.sendall(b"\x00\x01\x02 nonsense\r\n\r\n")
        answer = connection.recv(65536)
        connection.close()
        assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
        assert server.request("GET", "/healthz").status == 200

    def test_a_body_of_50_mb(self, server: ApiServer):
        body = json.dumps(config_map("large", text="x" * 50 * MEGABYTE)).encode()
        before = server.resident_bytes()
        try:
            answer = server.request("POST", CONFIG_MAPS, body)
            assert answer.status == 413
            assert answer.json()["reason"] == "RequestEntityTooLarge"
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before it was read to its end
        assert server.resident_bytes() - before < 40 * MEGABYTE + MEMORY_SLACK
        assert server.request("GET", f"{CONFIG_MAPS}/large").status == 404

    @pytest.mark.parametrize(
        "body",
        [
            pytest.param(b"{", id="half_a_document"),
            pytest.param(b"[]", id="a_list"),
            pytest.param(b'"text"', id="a_text"),
            pytest.param(b"\xff\xfe", id="not_utf8"),
            pytest.param(b'{"metadata":{"name":"x","labels":[]}}', id="labels_of_a_wrong_type"),
            pytest.param(b'{"metadata":{"name":"x"},"data":{"a":1}}', id="data_of_a_wrong_type"),
            pytest.param(b"[" * 100_000, id="deep"),
        ],
    )
    def test_a_bad_body(self, server: ApiServer, body: bytes):
        answer = server.request("POST", CONFIG_MAPS, body)
        assert answer.status in (400, 422), answer
        assert answer.json()["kind"] == "Status"
        assert answer.json()["message"]

    def test_a_resource_version_too_old(self, tmp_path: pathlib.Path):
        server = ApiServer(tmp_path)
        try:
            first = server.create(CONFIG_MAPS, config_map("a"))
            connection = server.connect()
            for number in range(5100):
                body = {"data": {"n": str(number)}}
                path = f"{CONFIG_MAPS}/a"
                answer = server.request("PATCH", path, body, "application/merge-patch+json", connection=connection)
                assert answer.status == 200
            connection.close()
            path = f"{CONFIG_MAPS}?watch=true&timeoutSeconds=5&resourceVersion={version_of(first)}"
            event = next(server.watch(path))
            assert event["type"] == "ERROR"
            assert event["object"]["code"] == 410
            assert event["object"]["reason"] == "Expired"
        finally:
            server.end()

    def test_a_slow_reader_of_a_watch(self, server: ApiServer):
        """It is cut off, or its events wait in the journal; memory does not grow with it."""
        readers = []
        for _ in range(8):
            reader = server.socket()
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            head = f"GET {CONFIG_MAPS}?watch=true HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\n\r\n"
            reader.sendall(head.encode())
            readers.append(reader)
        server.create(CONFIG_MAPS, config_map("slow", text="x"))
        before = server.resident_bytes()
        connection = server.connect()
        for number in range(200):
            body = {"data": {"text": str(number) + "x" * 100_000}}
            path = f"{CONFIG_MAPS}/slow"
            answer = server.request("PATCH", path, body, "application/merge-patch+json", connection=connection)
            assert answer.status == 200
        connection.close()
        grown = server.resident_bytes() - before
        for reader in readers:
            reader.close()
        # 200 versions of 100 kB are the journal's; eight copies of them would be 160 MB.
        assert grown < 80 * MEGABYTE + MEMORY_SLACK, grown
        assert server.request("GET", "/healthz").status == 200

    def test_many_watches_and_writers_at_once(self, server: ApiServer):
        seen: list[list[str]] = [[] for _ in range(10)]
        start = version_of(server.create(CONFIG_MAPS, config_map("begin")))

        def follow(events: list[str]) -> None:
            path = f"{CONFIG_MAPS}?watch=true&timeoutSeconds=250&resourceVersion={start}"
            for event in server.watch(path):
                events.append(event["object"]["metadata"]["resourceVersion"])
                if event["object"]["metadata"]["name"] == "end":
                    return

        watchers = [threading.Thread(target=follow, args=(events,)) for events in seen]
        for watcher in watchers:
            watcher.start()
        with ThreadPoolExecutor(WRITERS) as pool:
            names = [f"many-{number}" for number in range(60)]
            list(pool.map(lambda name: server.create(CONFIG_MAPS, config_map(name)), names))
        server.create(CONFIG_MAPS, config_map("end"))
        for watcher in watchers:
            watcher.join()
        assert all(events == seen[0] for events in seen)
        assert [int(version) for version in seen[0]] == sorted(int(version) for version in seen[0])
        assert len(seen[0]) == 61
