#!/usr/bin/python3
"""frontend.py [--short] [--repeat N]: our frontend beside nginx, in one run, before two paced engines.

Both relay the same streams from the same engines; the one measured has a core for itself, engines and load generator
share another. They take turns, and every ratio is of neighbours. Any failed or miscounted request ends the run.
Raw results: build/bench/frontend.jsonl.
"""

import argparse
import contextlib
import shutil
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from measuring import (
    DYNAMO,
    LOAD_CORE,
    MOCK_ENGINE,
    RESULTS,
    SUBJECT_CORE,
    answers_chat,
    free_port,
    generate_load,
    keep,
    running,
    wait_until,
)

MODEL = "mock"


@dataclass
class Scenario:
    name: str
    load: list[object]
    first_token_us: int = 0
    token_gap_us: int = 0

    def arguments(self) -> list[object]:
        pace = f'"mock_ttft_us":{self.first_token_us},"mock_itl_us":{self.token_gap_us}'
        return [*self.load, "--extra", pace]


SCENARIOS = [
    Scenario(
        "1,024 streams, 128 tokens, one every 10 ms",
        ["--connections", 1024, "--requests", 4096, "--tokens", 128, "--ramp", 1, "--settle", 3],
        first_token_us=20_000,
        token_gap_us=10_000,
    ),
    Scenario(
        "1,024 streams, 128 tokens in one burst",
        ["--connections", 1024, "--requests", 8192, "--tokens", 128, "--ramp", 0.5],
    ),
    Scenario("64 connections, small unary", ["--unary", "--connections", 64, "--requests", 20_000, "--tokens", 16]),
    Scenario(
        "100 unary requests/s",
        ["--unary", "--rate", 100, "--connections", 64, "--requests", 500, "--tokens", 16, "--settle", 0],
    ),
]

SHORT = [
    Scenario(
        "256 streams, 32 tokens, one every 10 ms",
        ["--connections", 256, "--requests", 512, "--tokens", 32, "--ramp", 0.2, "--settle", 0],
        first_token_us=20_000,
        token_gap_us=10_000,
    ),
]

NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.err warn;
worker_rlimit_nofile 16384;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  keepalive_requests 1000000; client_max_body_size 64m; client_body_buffer_size 128k; tcp_nodelay on;
  upstream engines {{ {servers} keepalive 2048; keepalive_requests 1000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass http://engines; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_buffering off; proxy_read_timeout 300s;
    }}
  }}
}}
"""


@contextlib.contextmanager
def nginx(engine_ports: list[int]) -> Iterator[tuple[int, int]]:
    """(port, pid) of an nginx before the engines."""
    port, folder = free_port(), RESULTS / "nginx"
    folder.mkdir(parents=True, exist_ok=True)
    servers = " ".join(f"server 127.0.0.1:{engine};" for engine in engine_ports)
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port, servers=servers))
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    with running("nginx", SUBJECT_CORE, [program, "-c", config, "-e", folder / "nginx.err"]) as process:
        wait_until(lambda: answers_chat(port, MODEL), "nginx answers")
        yield port, process.pid


@contextlib.contextmanager
def dynamo(engine_ports: list[int]) -> Iterator[tuple[int, int]]:
    """(port, pid) of our frontend before the engines."""
    port = free_port()
    engines = [f"--engine-url=http://127.0.0.1:{engine}" for engine in engine_ports]
    flags = ["--http-host", "127.0.0.1", "--http-port", port, "--router-mode", "round-robin", *engines]
    with running("dynamo", SUBJECT_CORE, [DYNAMO, "frontend", *flags]) as process:
        wait_until(lambda: answers_chat(port, MODEL), "our frontend answers")
        yield port, process.pid


SUBJECTS = {"nginx": nginx, "dynamo": dynamo}


def measure(scenario: Scenario, subject: str, engine_ports: list[int], repetition: int) -> dict[str, Any]:
    """One run on a fresh process, so that memory is that of this scenario."""
    with SUBJECTS[subject](engine_ports) as (port, pid):
        watch = ["--watch", f"subject={pid}"]
        load = ["--port", port, "--model", MODEL, "--max-seconds", 120, "--seed", repetition + 1]
        result = generate_load(*load, *scenario.arguments(), *watch)
    result |= {"scenario": scenario.name, "subject": subject, "repetition": repetition}
    keep("frontend", result)
    return result


def ratio(ours: list[float], theirs: list[float]) -> str:
    pairs = [mine / other for mine, other in zip(ours, theirs)]
    return f"{statistics.median(pairs):.2f} ({min(pairs):.2f}–{max(pairs):.2f})"


def row(scenario: str, results: dict[str, list[dict[str, Any]]]) -> str:
    def of(subject: str, *path: str) -> list[float]:
        values = []
        for value in results[subject]:
            for key in path:
                value = value[key]
            values.append(value)
        return values

    def median(subject: str, *path: str) -> float:
        return statistics.median(of(subject, *path))

    cpu, memory = ("watched", "subject", "cpu_ms_per_request"), ("watched", "subject", "rss_mib", "peak")
    latency = " / ".join(f"{median(subject, 'latency_us', 'p50') / 1e3:.2f}" for subject in SUBJECTS)
    cpus = " / ".join(f"{median(subject, *cpu):.3f}" for subject in SUBJECTS)
    memories = " / ".join(f"{median(subject, *memory):.0f}" for subject in SUBJECTS)
    return f"| {scenario} | {cpus} | {ratio(of('dynamo', *cpu), of('nginx', *cpu))} | {memories} | {latency} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="one small scenario, once: that it runs without an error")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "frontend.jsonl").unlink(missing_ok=True)

    engine_ports = [free_port(), free_port()]
    ports = ",".join(map(str, engine_ports))
    print("| nginx / dynamo | CPU ms per request | ratio | peak RSS, MiB | p50 latency, ms |\n|---|---|---|---|---|")
    with running("engines", LOAD_CORE, [MOCK_ENGINE, "--ports", ports, "--model", MODEL]):
        wait_until(lambda: answers_chat(engine_ports[0], MODEL), "the engines answer")
        for scenario in SHORT if options.short else SCENARIOS:
            results: dict[str, list[dict[str, Any]]] = {subject: [] for subject in SUBJECTS}
            for repetition in range(1 if options.short else options.repeat):
                for subject in SUBJECTS:
                    results[subject].append(measure(scenario, subject, engine_ports, repetition))
            print(row(scenario.name, results), flush=True)


if __name__ == "__main__":
    main()
