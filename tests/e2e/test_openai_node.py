"""The official Node client against a frontend before the mock engine (e2e/node/client.cjs)."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

from conftest import REPOSITORY
from harness.clock import PATIENCE
from harness.dynamo import MODEL

CLIENT = pathlib.Path(__file__).parent / "node" / "client.cjs"
STEPS = re.findall(r"^  async (\w+)\(", CLIENT.read_text(), re.MULTILINE)
OLDEST = 20


def node_version() -> int | None:
    """The major version of the `node` on the path."""
    if not shutil.which("node"):
        return None
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    return int(version.strip().removeprefix("v").split(".")[0])


@pytest.fixture(scope="module")
def passed_steps(served) -> tuple[list[str], str]:
    """The steps that succeeded, and what the client printed."""
    version = node_version()
    if version is None or version < OLDEST:
        pytest.skip(f"needs Node {OLDEST} or newer; here: {version or 'none'}")
    modules = subprocess.run(
        [REPOSITORY / "tools" / "node-modules.sh", CLIENT.parent], capture_output=True, text=True, check=True
    ).stdout.strip()
    client = subprocess.run(
        ["node", CLIENT, f"http://127.0.0.1:{served.port}/v1", MODEL],
        env=os.environ | {"NODE_PATH": modules},
        capture_output=True,
        text=True,
        timeout=60 * PATIENCE,
        check=False,
    )
    return re.findall(r"^ok (\w+)$", client.stdout, re.MULTILINE), client.stdout + client.stderr


@pytest.mark.parametrize("step", STEPS)
def test_node_client(passed_steps, step):
    passed, output = passed_steps
    assert step in passed, output
