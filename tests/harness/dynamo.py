"""`dynamo` processes that find each other through a folder of their own."""

import os
import pathlib
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from harness.clock import PATIENCE, eventually
from harness.http import request, try_get
from harness.metrics import Scrape, scrape
from harness.ports import free_port
from harness.process import Process, plain_environment

BINARY = os.environ.get("DYNAMO_BIN", "")
MODEL = "mock-model"


@dataclass
class Role:
    """A running frontend or worker and the port it answers on."""

    process: Process
    port: int

    def metrics(self) -> Scrape:
        return scrape(self.port)


class Deployment:
    """Starts roles in one discovery folder below `home` and ends them all in `end`."""

    def __init__(self, home: pathlib.Path):
        self.home = home
        self.processes: list[Process] = []
        self._environment = {
            "DYN_FILE_KV": str(home / "discovery"),
            "DYN_DISCOVERY_BACKEND": "file",
            # A test does not wait for others to notice that something leaves.
            "DYN_GRACEFUL_SHUTDOWN_GRACE_PERIOD_SECS": "0",
            "DYN_HTTP_GRACEFUL_SHUTDOWN_TIMEOUT_SECS": "0",
        }

    def worker(self, *flags: str, engine: str | None = "mock", model: str = MODEL, ready: bool = True) -> Role:
        """A worker; with `engine=None` the flags say what it serves."""
        port = free_port()
        engine_flags = ["--engine", engine] if engine else []
        role = self._start(
            "worker",
            ["worker", *engine_flags, "--model-name", model, *flags],
            port,
            {"DYN_SYSTEM_PORT": str(port), "DYN_SYSTEM_HOST": "127.0.0.1"},
        )
        if ready:
            self._wait_until_healthy(role)
        return role

    def frontend(self, *flags: str, models: tuple[str, ...] = (MODEL,)) -> Role:
        """A frontend that already lists `models`."""
        port = free_port()
        arguments = ["frontend", "--http-host", "127.0.0.1", "--http-port", str(port), *flags]
        role = self._start("frontend", arguments, port)
        self._wait_until_healthy(role)
        for model in models:
            self.wait_for_model(role, model)
        return role

    def wait_for_model(self, frontend: Role, model: str = MODEL, instances: int = 1) -> None:
        self._eventually(
            lambda: model in listed_models(frontend.port) and known_instances(frontend.port) >= instances,
            f"the frontend lists {model} with {instances} instance(s)",
        )

    def program(self, name: str, argv: list[str], env: dict[str, str] | None = None) -> Process:
        """Any other program, ended with the deployment."""
        log = self.home / f"{name}-{len(self.processes)}.log"
        process = Process(name, argv, log, env)
        self.processes.append(process)
        return process

    def end(self) -> None:
        for process in reversed(self.processes):
            process.end()

    def logs(self) -> str:
        return "\n".join(f"--- {process.log.name}\n{process.output()[-8000:]}" for process in self.processes)

    def _start(self, name: str, arguments: list[str], port: int, env: dict[str, str] | None = None) -> Role:
        return Role(self.program(name, [BINARY, *arguments], self._environment | (env or {})), port)

    def _wait_until_healthy(self, role: Role) -> None:
        def healthy() -> bool:
            code = role.process.exit_code()
            assert code is None, f"{role.process.name} ended with {code}"
            answer = try_get(role.port, "/health")
            return answer is not None and answer.status == 200

        self._eventually(healthy, f"{role.process.name} answers /health on port {role.port}")

    def _eventually(self, condition: Callable[[], bool], what: str) -> None:
        try:
            eventually(condition, what)
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{self.logs()}") from None


def listed_models(port: int) -> list[str]:
    answer = try_get(port, "/v1/models")
    return [model["id"] for model in answer.json()["data"]] if answer and answer.status == 200 else []


def known_instances(port: int) -> int:
    answer = try_get(port, "/health")
    return len(answer.json().get("instances", [])) if answer and answer.status == 200 else 0


def chat(port: int, text: str = "hello", **fields: object):
    """One chat completion; returns the answer."""
    body = {"model": MODEL, "messages": [{"role": "user", "content": text}], "max_tokens": 8} | fields
    return request(port, "POST", "/v1/chat/completions", body)


def run(*arguments: str, env: dict[str, str] | None = None, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Runs the binary to its end."""
    return subprocess.run(
        [BINARY, *arguments],
        input=stdin if stdin is not None else "",
        capture_output=True,
        text=True,
        env=plain_environment() | (env or {}),
        timeout=30 * PATIENCE,
        check=False,
    )
