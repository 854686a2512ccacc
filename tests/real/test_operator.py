"""`dynamo operator` against the real API server and its controllers."""

import pathlib
from collections.abc import Iterator

import pytest
import yaml

from conftest import REPOSITORY
from harness.clock import eventually, stands_still
from harness.dynamo import BINARY, run
from harness.process import Process
from real.control_plane import ControlPlane

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

    eventually(rendered, f"the Deployments exist\n{operator.output()[-2000:]}", within=15)
    return namespace


def names(control_plane: ControlPlane, kind: str, namespace: str) -> list[str]:
    return sorted(item["metadata"]["name"] for item in control_plane.get(kind, "-n", namespace)["items"])


def test_a_graph_becomes_objects(control_plane: ControlPlane, graph: str):
    assert names(control_plane, "dcd", graph) == COMPONENTS
    assert names(control_plane, "dgdsa", graph) == ["agg-vllmdecodeworker"]
    assert [name for name in COMPONENTS if name not in names(control_plane, "services", graph)] == []
    assert "agg-k8s-service-discovery" in names(control_plane, "serviceaccounts", graph)
    worker = control_plane.get("deployment", "agg-vllmdecodeworker", "-n", graph)
    assert worker["spec"]["replicas"] == 2
    assert worker["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == "1"


def test_the_real_controllers_take_over(control_plane: ControlPlane, graph: str):
    eventually(lambda: len(control_plane.get("pods", "-n", graph)["items"]) == 3, "three pods", within=20)


def test_render_prints_what_the_operator_makes(control_plane: ControlPlane, graph: str):
    printed = run("render", "-f", str(AGG), "--namespace", graph)
    assert printed.returncode == 0, printed.stderr
    wanted = [item for item in yaml.safe_load_all(printed.stdout) if item]
    assert {"DynamoComponentDeployment", "Deployment", "Service"} <= {item["kind"] for item in wanted}
    for item in wanted:
        stored = control_plane.get(item["kind"], item["metadata"]["name"], "-n", graph)
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

    eventually(scaled, "three replicas", within=15)


def test_status_says_why_it_is_not_ready(control_plane: ControlPlane, graph: str):
    # There is no kubelet: pods stay Pending, and the graph with them.
    def pending() -> bool:
        return control_plane.get("dgd", "agg", "-n", graph).get("status", {}).get("state") == "pending"

    eventually(pending, "the state is pending", within=15)
    conditions = control_plane.get("dgd", "agg", "-n", graph)["status"]["conditions"]
    (ready,) = [condition for condition in conditions if condition["type"] == "Ready"]
    assert ready["status"] == "False"
    assert ready["message"]


def operator_writes(control_plane: ControlPlane) -> list[tuple[str, str]]:
    return [
        (request["verb"], request["requestURI"])
        for request in control_plane.requests()
        if request["userAgent"].startswith("dynamo") and request["verb"] not in ("get", "list", "watch")
    ]


def operator_reads(control_plane: ControlPlane) -> int:
    return sum(request["userAgent"].startswith("dynamo") for request in control_plane.requests())


def test_steady_state_writes_nothing(control_plane: ControlPlane, graph: str):
    eventually(lambda: len(control_plane.get("pods", "-n", graph)["items"]) == 3, "three pods", within=20)
    eventually(lambda: stands_still(lambda: len(operator_writes(control_plane)), looks=15), "the operator rests", within=30)
    before = operator_writes(control_plane)
    # Each annotation wakes the reconcilers, which look at everything and find nothing to do.
    for turn in range(3):
        control_plane.kubectl("annotate", "dgd/agg", "-n", graph, f"test/turn={turn}", "--overwrite")
    eventually(lambda: stands_still(lambda: operator_reads(control_plane), looks=15), "the operator rests", within=30)
    assert operator_writes(control_plane)[len(before) :] == []


def test_deleting_the_graph_deletes_everything(control_plane: ControlPlane, graph: str):
    control_plane.kubectl("delete", "dgd", "agg", "-n", graph, "--wait=true", "--timeout=20s")
    for kind in ("dcd", "dgdsa", "deployments", "services"):
        eventually(lambda kind=kind: names(control_plane, kind, graph) == [], f"no {kind} is left", within=20)
