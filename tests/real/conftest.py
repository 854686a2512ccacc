"""One control plane for all tests of this folder; each test works in a namespace of its own."""

import itertools
from collections.abc import Iterator

import pytest

from harness.dynamo import run
from real.control_plane import ControlPlane

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    made = ControlPlane(tmp_path_factory.mktemp("control-plane"))
    yield made
    made.end()


@pytest.fixture(scope="session")
def definitions(control_plane: ControlPlane) -> None:
    """Our CustomResourceDefinitions are established."""
    printed = run("crds")
    assert printed.returncode == 0, printed.stderr
    control_plane.kubectl("create", "-f", "-", stdin=printed.stdout)
    control_plane.kubectl("wait", "crd", "--all", "--for=condition=Established", "--timeout=30s")
    control_plane.forget_discovery()


@pytest.fixture
def namespace(control_plane: ControlPlane) -> str:
    name = f"test-{next(_numbers)}"
    control_plane.kubectl("create", "namespace", name)
    return name
