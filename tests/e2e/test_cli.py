"""What the command line says: help, mistakes, and how it exits."""

import pathlib
import re
import socket

import pytest

from harness.dynamo import BINARY, Deployment, run
from harness.ports import free_port

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
USAGE_ERROR = 2


def test_version():
    done = run("--version")
    assert done.returncode == 0
    assert re.fullmatch(r"dynamo \d+\.\d+\.\d+.*\n", done.stdout)


@pytest.mark.parametrize("arguments", [["--help"], ["frontend", "--help"], ["worker", "--help"]])
def test_help_goes_to_stdout(arguments: list[str]):
    done = run(*arguments)
    assert done.returncode == 0
    assert "dynamo" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("command", "flags"),
    [
        ("frontend", ["--http-host", "--http-port", "--router-mode", "--discovery-backend", "--metrics-prefix"]),
        ("worker", ["--engine", "--engine-url", "--engine-command", "--model-name", "--speedup-ratio", "--namespace"]),
    ],
)
def test_help_names_the_flags(command: str, flags: list[str]):
    text = run(command, "--help").stdout
    assert [flag for flag in flags if flag not in text] == []


def test_help_lists_the_commands():
    text = run("--help").stdout
    assert [command for command in ("frontend", "worker") if not re.search(rf"^\s+{command}\s", text, re.MULTILINE)] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param([], r"command", id="nothing"),
        pytest.param(["frobnicate"], r"frobnicate", id="unknown_command"),
        pytest.param(["frontend", "--no-such-flag"], r"--no-such-flag", id="unknown_flag"),
        pytest.param(["frontend", "--http-port", "eighty"], r"--http-port.*eighty", id="port_not_a_number"),
        pytest.param(["frontend", "--http-port", "70000"], r"--http-port.*70000", id="port_out_of_range"),
        pytest.param(["frontend", "--http-port"], r"--http-port", id="value_missing"),
        pytest.param(["frontend", "--router-mode", "fastest"], r"--router-mode.*fastest", id="unknown_router_mode"),
        pytest.param(
            ["frontend", "--discovery-backend", "carrier-pigeon"], r"carrier-pigeon", id="unknown_discovery"
        ),
        pytest.param(["frontend", "--tls-cert-path", "x.pem"], r"--tls-key-path", id="certificate_without_key"),
        pytest.param(["worker", "--engine", "steam"], r"--engine.*steam", id="unknown_engine"),
        pytest.param(["worker", "--engine", "mock"], r"--model is required", id="model_missing"),
        pytest.param(
            ["worker", "--engine", "mock", "--model-name", "m", "--speedup-ratio", "-1"],
            r"--speedup-ratio.*-1",
            id="negative_ratio",
        ),
        pytest.param(
            ["worker", "--model-name", "m", "--engine-url", "not a url"], r"--engine-url.*not a url", id="bad_url"
        ),
        pytest.param(
            ["worker", "--model-name", "m", "--engine-command", "server --port 1"],
            r"--engine-command.*\{port\}",
            id="engine_without_a_port",
        ),
    ],
)
def test_a_mistake_is_named(arguments: list[str], message: str):
    done = run(*arguments)
    assert done.returncode == USAGE_ERROR, done.stdout + done.stderr
    assert re.search(message, done.stderr, re.DOTALL), done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) <= 6, done.stderr


def test_port_in_use(deployment: Deployment):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = deployment.program(
            "frontend",
            [BINARY, "frontend", "--http-host", "127.0.0.1", "--http-port", str(port), "--discovery-backend", "mem"],
        )
        assert process.wait() == 1
    assert re.search(rf"127\.0\.0\.1:{port}.*in use", process.output(), re.IGNORECASE), process.output()


def test_status_port_in_use(deployment: Deployment):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run(
            "worker", "--engine", "mock", "--model-name", "m", "--discovery-backend", "mem",
            env={"DYN_SYSTEM_PORT": str(port), "DYN_SYSTEM_HOST": "127.0.0.1"},
        )
    assert done.returncode == 1
    assert re.search(rf"127\.0\.0\.1:{port}.*in use", done.stderr, re.IGNORECASE), done.stderr


def test_engine_command_not_found(deployment: Deployment):
    done = run(
        "worker", "--model-name", "m", "--discovery-backend", "mem", "--engine-command", "/no/such/engine --port {port}",
        env={"DYN_SYSTEM_PORT": str(free_port())},
    )
    assert done.returncode == 1
    assert "/no/such/engine" in done.stderr


def test_unreadable_certificate(tmp_path: pathlib.Path):
    missing = tmp_path / "missing.pem"
    done = run(
        "frontend", "--http-port", str(free_port()), "--discovery-backend", "mem",
        "--tls-cert-path", str(missing), "--tls-key-path", str(missing),
    )
    assert done.returncode == 1
    assert str(missing) in done.stderr


def test_a_flag_may_come_from_the_environment(tmp_path: pathlib.Path):
    done = run("frontend", env={"DYN_ROUTER_MODE": "fastest"})
    assert done.returncode == USAGE_ERROR
    assert "DYN_ROUTER_MODE" in done.stderr
    assert "fastest" in done.stderr
