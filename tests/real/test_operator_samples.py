"""Every sample graph on a real server: accepted strictly, and left alone once it is made."""

import pathlib
import time
from collections.abc import Iterator

import pytest
import yaml

from conftest import REPOSITORY
from harness.clock import eventually
from harness.dynamo import BINARY, run
from harness.process import Process
from real.control_plane import SETTLES, ControlPlane

SAMPLES = [
    REPOSITORY / "examples" / "agg.yaml",
    REPOSITORY / "examples" / "disagg.yaml",
    REPOSITORY / "src" / "graph" / "testdata" / "mocker.yaml",
    REPOSITORY / "src" / "graph" / "testdata" / "overrides.yaml",
]
RESYNC_SECONDS = 1
CLAIM = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: weights}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
"""


@pytest.fixture(scope="module")
def restless_operator(control_plane: ControlPlane, definitions: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    log = tmp_path_factory.mktemp("operator") / "operator.log"
    argv = [BINARY, "operator", "--kubeconfig", str(control_plane.kubeconfig), "--resync-seconds", str(RESYNC_SECONDS)]
    process = Process("operator", argv, log)
    yield process
    process.end()


def graph_in(sample: pathlib.Path, namespace: str) -> str:
    graph = yaml.safe_load(sample.read_text())
    graph["metadata"]["namespace"] = namespace
    return yaml.safe_dump(graph)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_rendered_objects_are_strictly_valid(control_plane: ControlPlane, definitions: None, namespace: str, sample: pathlib.Path):
    printed = run("render", "-f", "-", stdin=graph_in(sample, namespace))
    assert printed.returncode == 0, printed.stderr
    control_plane.kubectl("apply", "--validate=strict", "--dry-run=server", "-f", "-", stdin=printed.stdout)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_resyncs_write_nothing(control_plane: ControlPlane, restless_operator: Process, namespace: str, sample: pathlib.Path):
    control_plane.kubectl("apply", "-n", namespace, "-f", "-", stdin=CLAIM)
    text = graph_in(sample, namespace)
    services = yaml.safe_load(text)["spec"]["services"]
    control_plane.kubectl("apply", "-f", "-", stdin=text)

    def made() -> bool:
        assert restless_operator.exit_code() is None, restless_operator.output()
        return len(control_plane.get("deployments", "-n", namespace)["items"]) == len(services)

    eventually(made, f"a Deployment for each service\n{restless_operator.output()[-2000:]}", SETTLES)

    def quiet() -> bool:
        before = len(control_plane.writes_of_ours(namespace))
        time.sleep(3 * RESYNC_SECONDS + 0.5)  # that nothing is written can only be seen by waiting
        return len(control_plane.writes_of_ours(namespace)) == before

    try:
        eventually(quiet, "three resyncs in a row without a write", SETTLES)
    except AssertionError as failure:
        updates = [event["message"] for event in control_plane.get("events", "-n", namespace)["items"]]
        raise AssertionError(f"{failure}\nevents: {updates}") from None
    assert control_plane.writes_of_ours(namespace)
