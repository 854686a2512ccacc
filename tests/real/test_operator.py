"""`dynamo operator` against the real API server and its controllers."""

import pathlib
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from conftest import REPOSITORY
from harness.clock import eventually, stands_still
from harness.dynamo import BINARY, run
from harness.process import Process
from real.control_plane import SETTLES, ControlPlane, is_ours

AGG = REPOSITORY / "examples" / "agg.yaml"
COMPONENTS = ["agg-frontend", "agg-vllmdecodeworker"]


@pytest.fixture(scope="module")
def operator(control_plane: ControlPlane, definitions: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    log = tmp_path_factory.mktemp("operator") / "operator.log"
    process = Process("operator", [BINARY, "operator", "--kubeconfig", str(control_plane.kubeconfig)], log)
    yield process
    process.end()


@pytest.fixture
def graph(control_plane: ControlPlane, operator: Process, namespace: str) -> str:
    """The namespace in which the sample graph has been applied and its Deployments exist."""
    control_plane.kubectl("apply", "-n", namespace, "-f", str(AGG))

    def rendered() -> bool:
        assert operator.exit_code() is None, operator.output()
        return names(control_plane, "deployments", namespace) == COMPONENTS

    eventually(rendered, f"the Deployments exist\n{operator.output()[-2000:]}", SETTLES)
    return namespace


def names(control_plane: ControlPlane, kind: str, namespace: str) -> list[str]:
    return sorted(item["metadata"]["name"] for item in control_plane.get(kind, "-n", namespace)["items"])


def is_there(control_plane: ControlPlane, kind: str, name: str, namespace: str) -> bool:
    return name in names(control_plane, kind, namespace)


def test_a_graph_becomes_objects(control_plane: ControlPlane, graph: str):
    expected = [
        *(("dcd", name) for name in COMPONENTS),
        *(("services", name) for name in COMPONENTS),
        ("dgdsa", "agg-vllmdecodeworker"),
        ("serviceaccounts", "agg-k8s-service-discovery"),
    ]
    for kind, name in expected:
        eventually(lambda kind=kind, name=name: is_there(control_plane, kind, name, graph), f"{kind}/{name}", SETTLES)
    assert names(control_plane, "dcd", graph) == COMPONENTS
    assert names(control_plane, "dgdsa", graph) == ["agg-vllmdecodeworker"]
    worker = control_plane.get("deployment", "agg-vllmdecodeworker", "-n", graph)
    assert worker["spec"]["replicas"] == 2
    assert worker["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == "1"


def test_the_real_controllers_take_over(control_plane: ControlPlane, graph: str):
    eventually(lambda: len(control_plane.get("pods", "-n", graph)["items"]) == 3, "three pods", SETTLES)


def test_render_prints_what_the_operator_makes(control_plane: ControlPlane, graph: str):
    printed = run("render", "-f", str(AGG), "--namespace", graph)
    assert printed.returncode == 0, printed.stderr
    wanted = [item for item in yaml.safe_load_all(printed.stdout) if item]
    assert {"DynamoComponentDeployment", "Deployment", "Service"} <= {item["kind"] for item in wanted}
    for item in wanted:
        kind, name = item["kind"], item["metadata"]["name"]
        eventually(lambda kind=kind, name=name: is_there(control_plane, kind, name, graph), f"{kind}/{name}", SETTLES)
        stored = control_plane.get(kind, name, "-n", graph)
        for label, value in item["metadata"].get("labels", {}).items():
            assert stored["metadata"]["labels"][label] == value


def test_rendered_objects_are_strictly_valid(control_plane: ControlPlane, definitions: None, namespace: str, tmp_path: pathlib.Path):
    printed = run("render", "-f", str(AGG), "--namespace", namespace)
    file = tmp_path / "rendered.yaml"
    file.write_text(printed.stdout)
    control_plane.kubectl("apply", "-n", namespace, "--validate=strict", "--dry-run=server", "-f", str(file))


def test_a_change_reaches_the_deployment(control_plane: ControlPlane, graph: str):
    control_plane.kubectl("scale", "dgdsa/agg-vllmdecodeworker", "-n", graph, "--replicas", "3")

    def scaled() -> bool:
        return control_plane.get("deployment", "agg-vllmdecodeworker", "-n", graph)["spec"]["replicas"] == 3

    eventually(scaled, "three replicas", SETTLES)


def test_status_says_why_it_is_not_ready(control_plane: ControlPlane, graph: str):
    # There is no kubelet: pods stay Pending, and the graph with them.
    def pending() -> bool:
        return control_plane.get("dgd", "agg", "-n", graph).get("status", {}).get("state") == "pending"

    eventually(pending, "the state is pending", SETTLES)
    conditions = control_plane.get("dgd", "agg", "-n", graph)["status"]["conditions"]
    (ready,) = [condition for condition in conditions if condition["type"] == "Ready"]
    assert ready["status"] == "False"
    assert ready["message"]


def operator_reads(control_plane: ControlPlane) -> int:
    return sum(is_ours(request) for request in control_plane.requests())


def have_settled(deployments: list[dict[str, Any]]) -> bool:
    """Whether Kubernetes has done with them what it can without a kubelet, and has said so."""
    return bool(deployments) and all(
        item.get("status", {}).get("observedGeneration") == item["metadata"]["generation"]
        and item["status"].get("updatedReplicas") == item["spec"]["replicas"]
        for item in deployments
    )


def test_steady_state_writes_nothing(control_plane: ControlPlane, graph: str):
    def writes() -> list[tuple[str, str]]:
        return control_plane.writes_of_ours(graph)

    def settled() -> bool:
        return have_settled(control_plane.get("deployments", "-n", graph)["items"])

    eventually(settled, "the Deployments have their pods", SETTLES)
    eventually(lambda: stands_still(lambda: len(writes()), looks=15), "the operator rests", SETTLES)
    before = writes()
    # Each annotation wakes the reconcilers, which look at everything and find nothing to do.
    for turn in range(3):
        control_plane.kubectl("annotate", "dgd/agg", "-n", graph, f"test/turn={turn}", "--overwrite")
    eventually(lambda: stands_still(lambda: operator_reads(control_plane), looks=15), "the operator rests", SETTLES)
    assert writes()[len(before) :] == []


def test_deleting_the_graph_deletes_everything(control_plane: ControlPlane, graph: str):
    control_plane.kubectl("delete", "dgd", "agg", "-n", graph, "--wait=true", f"--timeout={SETTLES}s")
    for kind in ("dcd", "dgdsa", "deployments", "services"):
        eventually(lambda kind=kind: names(control_plane, kind, graph) == [], f"no {kind} is left", SETTLES)
