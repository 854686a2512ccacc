#!/usr/bin/python3
"""startup.py [--repeat N]: from nothing to the first streamed token, and the memory of idle processes.

Two ways to start: `dynamo up` of the sample graph on an empty state folder, and a worker and a frontend that find each
other through a folder. A client asks until it is answered. Raw results: build/bench/startup.jsonl.
"""

import argparse
import http.client
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

from measuring import DYNAMO, LOAD_CORE, RESULTS, ROOT, SUBJECT_CORE, free_port, keep, running

MODEL = "mock"
GRAPH = ROOT / "examples" / "agg.yaml"
GRAPH_MODEL = "Qwen/Qwen3-0.6B"


def first_token(port: int, model: str, within: float = 20) -> float:
    """The monotonic time at which the first token of a stream arrived; asks again until there is one."""
    body = json.dumps(
        {"model": model, "messages": [{"role": "user", "content": "hi"}], "max_tokens": 4, "stream": True}
    )
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("POST", "/v1/chat/completions", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            for line in answer if answer.status == 200 else []:
                if line.startswith(b"data: {") and json.loads(line[6:])["choices"][0]["delta"].get("content"):
                    return time.monotonic()
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.005)
    raise SystemExit(f"no token within {within} s; the logs are in {RESULTS}")


def resident_mib(pid: int) -> float:
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS:"))


def supervisor_of(state: str) -> int:
    """The detached `dynamo up` whose state is in that folder."""
    for entry in pathlib.Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_text().split("\0")
            if "up" in words[1:2] and state in (entry / "environ").read_text():
                return int(entry.name)
        except (OSError, UnicodeDecodeError):
            continue
    raise SystemExit("the detached `dynamo up` is not to be found")


def bring_up() -> dict[str, float]:
    """The whole platform with the sample graph."""
    port = free_port()
    with tempfile.TemporaryDirectory() as state:
        env = os.environ | {"XDG_STATE_HOME": state}
        up = [DYNAMO, "up", GRAPH, "--detach", "--engine", "mock", "--port", str(port)]
        begun = time.monotonic()
        subprocess.run(up, env=env, stdout=subprocess.DEVNULL, check=True)
        try:
            seconds = first_token(port, GRAPH_MODEL) - begun
            time.sleep(1)  # idle
            return {"up_first_token_s": seconds, "up_rss_mib": resident_mib(supervisor_of(state))}
        finally:
            subprocess.run([DYNAMO, "down"], env=env, stdout=subprocess.DEVNULL, check=True)


def start_roles() -> dict[str, float]:
    """A frontend and a worker without a platform."""
    port, system_port = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        env = {"DYN_DISCOVERY_BACKEND": "file", "DYN_FILE_KV": folder}
        worker_env = env | {"DYN_SYSTEM_PORT": str(system_port), "DYN_SYSTEM_HOST": "127.0.0.1"}
        worker_argv = [DYNAMO, "worker", "--engine", "mock", "--model-name", MODEL]
        frontend_argv = [DYNAMO, "frontend", "--http-host", "127.0.0.1", "--http-port", port]
        begun = time.monotonic()
        with (
            running("startup-worker", LOAD_CORE, worker_argv, worker_env) as worker,
            running("startup-frontend", SUBJECT_CORE, frontend_argv, env) as frontend,
        ):
            seconds = first_token(port, MODEL) - begun
            time.sleep(1)  # idle
            return {
                "first_token_s": seconds,
                "frontend_rss_mib": resident_mib(frontend.pid),
                "worker_rss_mib": resident_mib(worker.pid),
            }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    RESULTS.mkdir(parents=True, exist_ok=True)
    results = [bring_up() | start_roles() for _ in range(options.repeat)]
    print("| start-up | median | range |\n|---|---|---|")
    for name in results[0]:
        values = [result[name] for result in results]
        print(f"| {name} | {statistics.median(values):.2f} | {min(values):.2f}–{max(values):.2f} |")
    for result in results:
        keep("startup", result)


if __name__ == "__main__":
    main()
