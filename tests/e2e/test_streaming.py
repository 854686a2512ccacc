"""Streams over real sockets: pace, clients that leave or stall, workers that die or are told to stop.

Where something happens in the middle of an answer, the engine is one that goes on when the test says so.
"""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import signal
import socket
from collections.abc import Iterator

import pytest

from harness.clock import MEMORY_SLACK, PATIENCE, eventually, stands_still
from harness.dynamo import MODEL, Deployment, Role, chat, known_instances
from harness.engine import MODEL as FLOOD_MODEL
from harness.engine import FloodEngine, PacedEngine, word
from harness.http import Event, Stream, content, get, request, try_get

CHAT = "/v1/chat/completions"
ENDLESS = 1_000_000  # tokens; nobody waits for the last one
MEGABYTE = 1 << 20


def question(max_tokens: int, **fields: object) -> dict:
    return {"model": MODEL, "messages": [{"role": "user", "content": "hi"}], "max_tokens": max_tokens} | fields


def tokens(events: list[Event]) -> list[Event]:
    return [event for event in events if event.data != "[DONE]" and content(event.json())]


def words(events: list[Event]) -> int:
    """The words of a stream; the mock says one per token, and several in one event when it has fallen behind."""
    return len("".join(content(event.json()) for event in tokens(events)).split())


def is_complete(events: list[Event]) -> bool:
    return bool(events) and events[-1].data == "[DONE]" and not any(event.name == "error" for event in events)


def served_by(worker: Role) -> float:
    return worker.metrics().value("dynamo_component_requests_total")


def busy(worker: Role) -> float:
    return worker.metrics().value("dynamo_component_inflight_requests")


def resident_bytes(role: Role) -> int:
    status = pathlib.Path(f"/proc/{role.process.pid}/status").read_text()
    return int(re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)[1]) * 1024


def collect(port: int, body: dict) -> list[Event]:
    """All events of a stream, as far as it goes."""
    with Stream(port, CHAT, body) as stream:
        try:
            return list(stream)
        except (OSError, AssertionError) as failure:
            return [Event(str(failure), "cut", 0)]


@pytest.fixture
def paced() -> Iterator[PacedEngine]:
    engine = PacedEngine()
    yield engine
    engine.end()


def paced_worker(deployment: Deployment, engine: PacedEngine) -> Role:
    return deployment.worker("--engine-url", engine.url, engine=None)


@pytest.mark.parametrize("path", [CHAT, "/v1/completions"])
def test_words_arrive_one_by_one(deployment: Deployment, paced: PacedEngine, path: str):
    """The engine says a word once the one before has come through the worker and the frontend."""
    paced_worker(deployment, paced)
    frontend = deployment.frontend()
    asked = question(8) if path == CHAT else {"model": MODEL, "prompt": "hi", "max_tokens": 8}
    with Stream(frontend.port, path, asked) as stream:
        for number in range(1, 9):
            paced.allow(number)
            assert content(stream.next_token().json()) == word(number)
        assert stream.response().getheader("content-type").startswith("text/event-stream")
        assert is_complete(list(stream))


@pytest.mark.parametrize("streamed", [True, False])
def test_a_client_that_leaves_stops_the_engine(deployment: Deployment, streamed: bool):
    worker = deployment.worker()
    frontend = deployment.frontend()
    if streamed:
        with Stream(frontend.port, CHAT, question(ENDLESS)) as stream:
            for _ in range(3):
                stream.next_token()
            assert busy(worker) == 1
    else:
        leave_after_asking(frontend.port, worker)
    eventually(lambda: busy(worker) == 0, "the worker is idle")
    eventually(
        lambda: frontend.metrics().value("dynamo_frontend_inflight_requests", model=MODEL) == 0,
        "the frontend counts no request in flight",
    )
    assert frontend.metrics().value("dynamo_frontend_disconnected_clients") == 1


def leave_after_asking(port: int, worker: Role) -> None:
    payload = json.dumps(question(ENDLESS)).encode()
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(f"POST {CHAT} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(payload)}\r\n\r\n".encode() + payload)
        eventually(lambda: busy(worker) == 1, "the worker has the request")


@pytest.mark.parametrize(
    "half",
    [
        pytest.param(b"POST /v1/chat/completions HT", id="request_line"),
        pytest.param(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Le", id="header"),
        pytest.param(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{", id="body"),
    ],
)
def test_half_a_request_disturbs_nobody(served, half: bytes):
    before = served.worker.metrics().value("dynamo_component_requests_total")
    with socket.create_connection(("127.0.0.1", served.port)) as client:
        client.sendall(half)
        assert chat(served.port).status == 200
    assert chat(served.port).status == 200
    assert served.worker.metrics().value("dynamo_component_requests_total") == before + 2


@pytest.mark.parametrize(
    "noise",
    [
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="tls_hello"),
        pytest.param(b"NONSENSE\r\n\r\n", id="no_http"),
        pytest.param(b"GET / HTTP/1.1\r\n" + b"X-Long: " + b"a" * MEGABYTE + b"\r\n\r\n", id="endless_header"),
        pytest.param(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", id="negative_length"),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            id="length_and_chunked",
        ),
    ],
)
def test_noise_is_refused_and_disturbs_nobody(served, noise: bytes):
    with socket.create_connection(("127.0.0.1", served.port)) as client:
        client.settimeout(10 * PATIENCE)
        try:
            client.sendall(noise)
            answer = client.recv(4096)
        except ConnectionError:
            answer = b""
    assert answer == b"" or re.match(rb"HTTP/1\.1 4\d\d ", answer), answer
    assert chat(served.port).status == 200


def test_a_large_body_is_refused_before_it_is_sent(served):
    head = f"POST {CHAT} HTTP/1.1\r\nHost: x\r\nContent-Length: {50 * MEGABYTE}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", served.port)) as client:
        client.settimeout(10 * PATIENCE)
        client.sendall(head)
        assert client.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_a_large_body_without_a_length_is_refused_when_it_gets_too_large(served):
    piece = b"a" * MEGABYTE
    answer = b""
    with socket.create_connection(("127.0.0.1", served.port)) as client:
        client.settimeout(10 * PATIENCE)
        client.sendall(f"POST {CHAT} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        try:
            for _ in range(50):
                client.sendall(b"%x\r\n" % len(piece) + piece + b"\r\n")
        except ConnectionError:
            pass
        try:
            answer = client.recv(4096)
        except ConnectionError:
            pass
    assert answer.startswith(b"HTTP/1.1 413 ") or answer == b"", answer
    assert chat(served.port).status == 200


def test_a_body_at_the_limit_is_served(served):
    answer = chat(served.port, "a" * (44 * MEGABYTE), max_tokens=1)
    assert answer.status == 200, answer.body[:300]


def test_a_slow_reader_gets_everything_and_costs_no_memory(deployment: Deployment):
    # 256 MB at most: more than the sockets between the engine and the client hide on any machine.
    engine = FloodEngine(size=8192, most=32 * 1024)
    frontend = deployment.frontend("--engine-url", engine.url, models=(FLOOD_MODEL,))
    try:
        with Stream(frontend.port, CHAT, question(1, model=FLOOD_MODEL), receive_buffer=4096) as stream:
            stream.next_token()
            before = resident_bytes(frontend)
            eventually(lambda: stands_still(lambda: engine.sent), "the engine is held back", every=0.2)
            assert engine.sent < 32 * 1024
            assert resident_bytes(frontend) - before < 4 * MEGABYTE + MEMORY_SLACK
            assert get(frontend.port, "/health").status == 200
            engine.stop()
            events = list(stream)
    finally:
        engine.end()
    assert is_complete(events)
    assert len(tokens(events)) == engine.sent - 1


def test_many_streams_at_once(deployment: Deployment):
    worker = deployment.worker("--speedup-ratio", "20")
    frontend = deployment.frontend()
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        streams = list(pool.map(lambda _: collect(frontend.port, question(50)), range(64)))
    assert all(is_complete(events) and words(events) == 50 for events in streams)
    assert served_by(worker) == 64
    eventually(lambda: busy(worker) == 0, "the worker is idle")


def test_round_robin_spreads_evenly(deployment: Deployment):
    workers = [deployment.worker("--speedup-ratio", "100") for _ in range(2)]
    frontend = deployment.frontend("--router-mode", "round-robin", models=())
    deployment.wait_for_model(frontend, instances=2)
    for _ in range(10):
        assert chat(frontend.port).status == 200
    assert [served_by(worker) for worker in workers] == [5, 5]


def test_random_reaches_every_worker(deployment: Deployment):
    workers = [deployment.worker("--speedup-ratio", "100") for _ in range(2)]
    frontend = deployment.frontend("--router-mode", "random", models=())
    deployment.wait_for_model(frontend, instances=2)
    for _ in range(40):
        assert chat(frontend.port).status == 200
    counts = [served_by(worker) for worker in workers]
    assert sum(counts) == 40
    assert min(counts) > 0  # all 40 on one of them: 2 in 10^12


def test_kv_mode_says_that_it_is_not_there_yet(deployment: Deployment):
    deployment.worker("--speedup-ratio", "100")
    frontend = deployment.frontend("--router-mode", "kv")
    assert chat(frontend.port).status == 200
    assert re.search(r"kv.*round-robin", frontend.process.output())


def test_two_models_each_reach_their_worker(deployment: Deployment):
    first = deployment.worker("--speedup-ratio", "100", model="first")
    second = deployment.worker("--speedup-ratio", "100", model="second")
    frontend = deployment.frontend(models=("first", "second"))
    for _ in range(3):
        assert chat(frontend.port, model="second").json()["model"] == "second"
    assert [served_by(first), served_by(second)] == [0, 3]


def test_the_echo_engine_repeats_the_question(deployment: Deployment):
    deployment.worker(engine="echo")
    frontend = deployment.frontend()
    answer = chat(frontend.port, "the quick brown fox", max_tokens=100)
    assert answer.status == 200
    assert "the quick brown fox" in answer.json()["choices"][0]["message"]["content"]


def test_kill_9_of_one_of_two_workers(deployment: Deployment, paced: PacedEngine):
    doomed, survivor = paced_worker(deployment, paced), paced_worker(deployment, paced)
    frontend = deployment.frontend(models=())
    deployment.wait_for_model(frontend, instances=2)
    paced.allow(1)
    with contextlib.ExitStack() as clients:
        streams = [clients.enter_context(Stream(frontend.port, CHAT, question(3))) for _ in range(8)]
        for stream in streams:
            stream.next_token()
        assert [busy(doomed), busy(survivor)] == [4, 4]
        doomed.process.kill()
        paced.allow(PacedEngine.EVERYTHING)
        outcomes = [list(stream) for stream in streams]
    assert sum(is_complete(events) for events in outcomes) == 4
    # The other half is told, not just cut off.
    assert sum(any(event.name == "error" for event in events) for events in outcomes) == 4

    for _ in range(10):
        assert chat(frontend.port).status == 200
    assert survivor.process.exit_code() is None
    eventually(lambda: known_instances(frontend.port) == 1, "the dead worker leaves discovery", within=40)


def test_a_request_without_an_answer_yet_moves_to_another_worker(deployment: Deployment, paced: PacedEngine):
    doomed, survivor = paced_worker(deployment, paced), paced_worker(deployment, paced)
    frontend = deployment.frontend(models=())
    deployment.wait_for_model(frontend, instances=2)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        streams = [pool.submit(collect, frontend.port, question(2)) for _ in range(2)]
        eventually(lambda: [busy(doomed), busy(survivor)] == [1, 1], "both work on a prompt")
        doomed.process.kill()
        paced.allow(PacedEngine.EVERYTHING)
        assert all(is_complete(stream.result()) for stream in streams)
    assert served_by(survivor) == 2


def test_a_worker_told_to_stop_finishes_its_streams(deployment: Deployment, paced: PacedEngine):
    leaving, staying = paced_worker(deployment, paced), paced_worker(deployment, paced)
    frontend = deployment.frontend(models=())
    deployment.wait_for_model(frontend, instances=2)
    paced.allow(1)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        streams = [pool.submit(collect, frontend.port, question(2)) for _ in range(4)]
        eventually(lambda: [busy(leaving), busy(staying)] == [2, 2], "two streams on each")
        os.kill(leaving.process.pid, signal.SIGTERM)
        eventually(lambda: known_instances(frontend.port) == 1, "the leaving worker is not offered any more")
        for _ in range(4):
            assert chat(frontend.port, max_tokens=1).status == 200
        assert leaving.process.exit_code() is None
        paced.allow(PacedEngine.EVERYTHING)
        assert all(is_complete(stream.result()) for stream in streams)
    assert leaving.process.wait() == 0
    assert served_by(staying) == 6


def test_a_frontend_told_to_stop_finishes_its_streams(deployment: Deployment, paced: PacedEngine):
    paced_worker(deployment, paced)
    frontend = deployment.frontend()
    paced.allow(1)
    with Stream(frontend.port, CHAT, question(3)) as stream:
        stream.next_token()
        os.kill(frontend.process.pid, signal.SIGTERM)
        eventually(lambda: try_get(frontend.port, "/live") is None, "nobody else is let in any more")
        paced.allow(PacedEngine.EVERYTHING)
        assert is_complete(list(stream))
    assert frontend.process.wait() == 0


def test_a_frontend_that_is_going_says_so_and_serves_until_it_is_told_again(deployment: Deployment):
    deployment.worker("--speedup-ratio", "100")
    frontend = deployment.frontend("--shutdown-grace", "3600")
    os.kill(frontend.process.pid, signal.SIGTERM)
    eventually(lambda: get(frontend.port, "/live").status == 503, "/live says that it is going")
    assert chat(frontend.port).status == 200
    assert frontend.process.terminate() == 0


def test_no_worker_no_model(deployment: Deployment):
    frontend = deployment.frontend(models=())
    assert get(frontend.port, "/v1/models").json()["data"] == []
    assert get(frontend.port, "/health").json()["status"] == "unhealthy"
    assert chat(frontend.port).status == 404


def test_a_model_comes_and_goes_with_its_worker(deployment: Deployment):
    frontend = deployment.frontend(models=())
    worker = deployment.worker("--speedup-ratio", "100")
    deployment.wait_for_model(frontend)
    assert chat(frontend.port).status == 200
    assert worker.process.terminate() == 0
    # It took its record along; nobody waits for that to expire.
    assert [path for path in (deployment.home / "discovery").rglob("*") if path.is_file()] == []
    eventually(lambda: get(frontend.port, "/v1/models").json()["data"] == [], "the model leaves the list")
    assert chat(frontend.port).status == 404


def test_one_connection_serves_many_requests(served):
    payload = json.dumps(question(1)).encode()
    one = f"POST {CHAT} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(payload)}\r\n\r\n".encode() + payload
    with socket.create_connection(("127.0.0.1", served.port)) as client:
        client.settimeout(10 * PATIENCE)
        for _ in range(5):
            client.sendall(one)
            assert read_answer(client).startswith(b"HTTP/1.1 200 ")


def read_answer(client: socket.socket) -> bytes:
    """One answer with a Content-Length."""
    seen = b""
    while b"\r\n\r\n" not in seen:
        seen += client.recv(65536)
    head, _, body = seen.partition(b"\r\n\r\n")
    length = int(re.search(rb"(?i)\r\ncontent-length: (\d+)", head)[1])
    while len(body) < length:
        body += client.recv(65536)
    assert len(body) == length
    return head


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing/here", 404),
        ("GET", "/v1/chat/completions", 405),
        ("DELETE", "/v1/models", 405),
        ("GET", "/live", 200),
        ("GET", "/health", 200),
        ("GET", "/metrics", 200),
        ("GET", "/openapi.json", 200),
        ("POST", "/v1/embeddings", 501),
    ],
)
def test_routes(served, method: str, path: str, status: int):
    assert request(served.port, method, path).status == status
