"""A local platform, `dynamo up`, with a state directory of its own."""

import json
import os
import pathlib
import subprocess
from typing import Any

from harness.clock import PATIENCE, eventually
from harness.dynamo import BINARY
from harness.http import try_get
from harness.ports import free_port
from harness.process import plain_environment

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
AGG = REPOSITORY / "examples" / "agg.yaml"
AGG_MODEL = "Qwen/Qwen3-0.6B"
WORKERS = "vllmdecodeworker"


class Platform:
    """`dynamo` commands against one platform. `end` takes it down, whatever state it is in."""

    def __init__(self, home: pathlib.Path, env: dict[str, str] | None = None):
        self.home = home
        self.port = free_port()
        self.environment = plain_environment() | {"XDG_STATE_HOME": str(home)} | (env or {})

    def command(self, *arguments: str, stdin: str = "", within: float = 60.0) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [BINARY, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=within * PATIENCE,
            check=False,
        )

    def must(self, *arguments: str, stdin: str = "", within: float = 60.0) -> str:
        try:
            done = self.command(*arguments, stdin=stdin, within=within)
        except subprocess.TimeoutExpired as late:
            raise AssertionError(f"{arguments} has not ended within {late.timeout:g} s\n{late.stdout!r}\n{self.state()}") from None
        assert done.returncode == 0, f"{arguments} ended with {done.returncode}\n{done.stdout}\n{done.stderr}\n{self.log()}"
        return done.stdout

    def up(self, *arguments: str, stdin: str = "") -> str:
        return self.must("up", *arguments, "--detach", "--port", str(self.port), stdin=stdin)

    def end(self) -> None:
        self.command("down", "--purge")

    def log(self) -> str:
        file = self.home / "dynamo" / "default" / "up.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def state(self) -> str:
        """The platform's log, and what its objects and pods say of themselves."""
        looks = [("get", "dgd", "-o", "yaml"), ("get", "pods", "-o", "yaml"), ("events",)]
        said = [f"$ {' '.join(look)}\n{(done := self.command(*look)).stdout}{done.stderr}" for look in looks]
        logs = [f"{file}:\n{file.read_text(errors='replace')}" for file in sorted(self.home.rglob("*.log"))]
        return "\n".join(said + logs)

    def objects(self, kind: str) -> list[dict[str, Any]]:
        return json.loads(self.must("get", kind, "-o", "json"))["items"]

    def pods(self, part: str = "") -> list[dict[str, Any]]:
        return [pod for pod in self.objects("pods") if part in pod["metadata"]["name"]]

    def pids(self, part: str = "") -> dict[str, int]:
        """The process of each running pod whose name contains `part`."""
        return pids_of(self.pods(part))

    def ready_pids(self, part: str, count: int) -> dict[str, int]:
        """Waits until exactly `count` such pods are there and all are ready."""

        def settled() -> dict[str, int] | None:
            pods = self.pods(part)
            return pids_of(pods) if len(pods) == count and all(map(is_ready, pods)) else None

        return eventually(settled, f"{count} pods of {part} are ready")

    def wait_for_instances(self, count: int, port: int | None = None) -> None:
        def instances() -> bool:
            answer = try_get(port or self.port, "/health")
            return answer is not None and answer.status == 200 and len(answer.json().get("instances", [])) == count

        eventually(instances, f"the frontend knows {count} worker(s)")

    def up_pid(self) -> int:
        """The process of the platform itself."""
        return int((self.home / "dynamo" / "default" / "lock").read_text().split()[0])

    def processes(self) -> list[int]:
        """All processes that carry this platform's state directory in their environment, the platform included."""
        mark = f"XDG_STATE_HOME={self.home}".encode()
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
        return [pid for pid in found if pid != os.getpid()]


def pids_of(pods: list[dict[str, Any]]) -> dict[str, int]:
    """The processes of those that run, by name."""
    return {pod["metadata"]["name"]: pid for pod in pods if (pid := pid_of(pod))}


def pid_of(pod: dict[str, Any]) -> int:
    for container in pod.get("status", {}).get("containerStatuses", []):
        if "running" in container.get("state", {}):
            return int(container["containerID"].removeprefix("process://"))
    return 0


def is_ready(pod: dict[str, Any]) -> bool:
    conditions = {c["type"]: c["status"] for c in pod.get("status", {}).get("conditions", [])}
    return conditions.get("Ready") == "True" and "deletionTimestamp" not in pod["metadata"]


def restarts_of(pod: dict[str, Any]) -> int:
    return sum(container["restartCount"] for container in pod.get("status", {}).get("containerStatuses", []))


def is_alive(pid: int) -> bool:
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
