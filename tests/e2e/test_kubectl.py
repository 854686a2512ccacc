"""Stock kubectl programs against `dynamo apiserver`: the cases of kubectl_cases.py, with Debian's 1.20 and a current one."""

import itertools
import pathlib
import subprocess
from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("e2e.kubectl_cases")

from e2e.kubectl_cases import *  # noqa: E402, F403  the cases
from harness.apiserver import ApiServer  # noqa: E402
from harness.kubectl import Kubectl, current_kubectl, debian_kubectl  # noqa: E402

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    server = ApiServer(tmp_path_factory.mktemp("apiserver"))
    yield server
    server.end()


@pytest.fixture(scope="module", params=["debian", "current"])
def program(request: pytest.FixtureRequest) -> pathlib.Path:
    if request.param == "debian":
        return debian_kubectl()
    try:
        return current_kubectl()
    except subprocess.CalledProcessError as failure:
        pytest.skip(f"no current kubectl here: {failure}")


@pytest.fixture
def is_current(program: pathlib.Path) -> bool:
    return program != debian_kubectl()


@pytest.fixture(scope="module")
def administrator(program: pathlib.Path, api_server: ApiServer, tmp_path_factory: pytest.TempPathFactory) -> Kubectl:
    return Kubectl(program, api_server.kubeconfig, tmp_path_factory.mktemp("kubectl"))


@pytest.fixture
def kubectl(administrator: Kubectl) -> Kubectl:
    """In a namespace of the test's own."""
    name = f"test-{next(_numbers)}"
    administrator("create", "namespace", name)
    return administrator.within(name)
