"""A real API server answers the kubectl programs as ours does: the cases of e2e/kubectl_cases.py once more."""

import os
import pathlib

import pytest

pytest.register_assert_rewrite("e2e.kubectl_cases")

from e2e.kubectl_cases import *  # noqa: E402, F403  the cases
from harness.kubectl import Kubectl  # noqa: E402
from real.control_plane import BIN, ControlPlane  # noqa: E402

PROGRAMS = {"debian": pathlib.Path(os.environ["KUBECTL_DEBIAN"]), "current": BIN / "kubectl"}  # set by run.sh


@pytest.fixture(scope="module", params=PROGRAMS)
def program(request: pytest.FixtureRequest) -> pathlib.Path:
    return PROGRAMS[request.param]


@pytest.fixture
def is_current(program: pathlib.Path) -> bool:
    return program == PROGRAMS["current"]


@pytest.fixture(scope="module")
def administrator(
    program: pathlib.Path, control_plane: ControlPlane, definitions: None, tmp_path_factory: pytest.TempPathFactory
) -> Kubectl:
    return Kubectl(program, control_plane.kubeconfig, tmp_path_factory.mktemp("kubectl"))


@pytest.fixture
def kubectl(administrator: Kubectl, namespace: str) -> Kubectl:
    return administrator.within(namespace)
