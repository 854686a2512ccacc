"""Fixtures for every test that drives the built binary."""

import os
import pathlib
import signal
from collections.abc import Iterator

import pytest

from harness.dynamo import BINARY, Deployment, Role

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]


def pytest_configure() -> None:
    if not os.access(BINARY, os.X_OK):
        pytest.exit("DYNAMO_BIN must name the built binary; `make test` sets it", returncode=2)
    talk_to_this_machine_without_a_proxy()
    # A run that is told to end, for having taken too long, ends what it has started, as on Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def talk_to_this_machine_without_a_proxy() -> None:
    """Clients of ours that read these variables would ask the machine's proxy for what the tests start."""
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "127.0.0.1,localhost"]))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    """Adds the logs of the processes involved to the report of a failed test."""
    outcome = yield
    report = outcome.get_result()
    if not report.failed:
        return
    for value in getattr(item, "funcargs", {}).values():
        deployment = value if isinstance(value, Deployment) else getattr(value, "deployment", None)
        if isinstance(deployment, Deployment):
            report.sections.append(("logs of the processes", deployment.logs()))
            return


@pytest.fixture
def deployment(tmp_path: pathlib.Path) -> Iterator[Deployment]:
    """Nothing started yet; all that the test starts ends with it."""
    made = Deployment(tmp_path)
    yield made
    made.end()


class Served:
    """One frontend before one quick mock worker, shared by the tests of a module."""

    def __init__(self, deployment: Deployment):
        self.deployment = deployment
        self.worker: Role = deployment.worker("--speedup-ratio", "100")
        self.frontend: Role = deployment.frontend()

    @property
    def port(self) -> int:
        return self.frontend.port


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    deployment = Deployment(tmp_path_factory.mktemp("served"))
    try:
        yield Served(deployment)
    finally:
        deployment.end()
