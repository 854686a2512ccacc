"""One control plane for all tests of this folder; each test works in a namespace of its own."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from harness.clock import eventually
from harness.dynamo import run
from real.control_plane import SETTLES, ControlPlane

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    made = ControlPlane(tmp_path_factory.mktemp("control-plane"))
    yield made
    made.end()


@pytest.fixture(scope="session")
def definitions(control_plane: ControlPlane) -> None:
    """Our CustomResourceDefinitions are established, and their schemas are published."""
    printed = run("crds")
    assert printed.returncode == 0, printed.stderr
    control_plane.kubectl("create", "-f", "-", stdin=printed.stdout)
    made = [definition for definition in yaml.safe_load_all(printed.stdout) if definition]
    names = {definition["metadata"]["name"] for definition in made}
    # `kubectl wait` gives up where it comes before the first condition does.
    eventually(lambda: names <= established(control_plane), "our definitions are established", SETTLES, every=0.2)
    schemas = {f'.v1alpha1.{definition["spec"]["names"]["kind"]}"' for definition in made}
    for path in ("/openapi/v2", "/openapi/v3/apis/nvidia.com/v1alpha1"):
        eventually(lambda path=path: published(control_plane, path, schemas), f"{path} has our schemas", SETTLES, every=0.2)
    control_plane.forget_discovery()


def established(control_plane: ControlPlane) -> set[str]:
    """The names of the definitions whose objects can be made."""

    def conditions(definition: dict[str, Any]) -> dict[str, str]:
        return {condition["type"]: condition["status"] for condition in definition["status"]["conditions"] or []}

    found = control_plane.get("crd")["items"]
    return {definition["metadata"]["name"] for definition in found if conditions(definition).get("Established") == "True"}


def published(control_plane: ControlPlane, path: str, schemas: set[str]) -> bool:
    text = control_plane.kubectl("get", "--raw", path, check=False)
    return all(schema in text for schema in schemas)


@pytest.fixture
def namespace(control_plane: ControlPlane) -> str:
    name = f"test-{next(_numbers)}"
    control_plane.kubectl("create", "namespace", name)
    return name
