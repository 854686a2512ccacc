"""What the measuring scripts share: pinned programs, requests, results kept as JSON lines."""

import contextlib
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[1]
RELEASE = ROOT / "build" / "release"
RESULTS = ROOT / "build" / "bench"
DYNAMO = RELEASE / "dynamo"
LOAD_GENERATOR = RELEASE / "bench" / "load_generator"
MOCK_ENGINE = RELEASE / "bench" / "mock_engine"

# The program measured has a core of its own; engines and load share another, where there is another.
SUBJECT_CORE, LOAD_CORE = map(str, (sorted(os.sched_getaffinity(0)) * 2)[:2])


@contextlib.contextmanager
def running(name: str, core: str, argv: list[object], env: dict[str, str] | None = None) -> Iterator[subprocess.Popen]:
    """A program pinned to a core, its output in the results folder; ended with SIGTERM, then SIGKILL."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    with (RESULTS / f"{name}.log").open("w") as log:
        program = subprocess.Popen(
            ["taskset", "--cpu-list", core, *map(str, argv)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ | (env or {}),
            start_new_session=True,
        )
    try:
        yield program
    finally:
        program.send_signal(signal.SIGTERM)
        try:
            program.wait(10)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition: Callable[[], bool], what: str, within: float = 60) -> float:
    """The seconds it took."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > within:
            raise SystemExit(f"not within {within} s: {what}; the logs are in {RESULTS}")
        time.sleep(0.002)
    return time.monotonic() - started


def answers_chat(port: int, model: str) -> bool:
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": "hi"}], "max_tokens": 1})
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("POST", "/v1/chat/completions", body, {"Content-Type": "application/json"})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def generate_load(*arguments: object) -> dict[str, Any]:
    """Runs the load generator; any error of any request ends the measurement."""
    done = subprocess.run(
        ["taskset", "--cpu-list", LOAD_CORE, LOAD_GENERATOR, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"load_generator {' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def keep(name: str, result: dict[str, Any]) -> None:
    """Appends a raw result to build/bench/NAME.jsonl."""
    with (RESULTS / f"{name}.jsonl").open("a") as file:
        file.write(json.dumps(result) + "\n")
