"""The real API server takes our CustomResourceDefinitions, and holds objects to them as we do."""

import json
import pathlib

import pytest
import yaml

from conftest import REPOSITORY
from harness.dynamo import run
from real.control_plane import ControlPlane

EXAMPLES = sorted((REPOSITORY / "examples").glob("*.yaml"))
KINDS = {
    "dynamographdeployments": "dgd",
    "dynamocomponentdeployments": "dcd",
    "dynamographdeploymentscalingadapters": "dgdsa",
    "dynamoworkermetadatas": "dwm",
}


def graph(**service: object) -> str:
    """A graph of one frontend with these fields, as text."""
    return json.dumps(
        {
            "apiVersion": "nvidia.com/v1alpha1",
            "kind": "DynamoGraphDeployment",
            "metadata": {"name": "probe"},
            "spec": {"services": {"Frontend": {"componentType": "frontend"} | service}},
        }
    )


@pytest.mark.parametrize("plural", KINDS)
def test_established_without_complaint(control_plane: ControlPlane, definitions: None, plural: str):
    crd = control_plane.get("crd", f"{plural}.nvidia.com")
    conditions = {condition["type"]: condition for condition in crd["status"]["conditions"]}
    assert conditions["Established"]["status"] == "True"
    assert "NonStructuralSchema" not in conditions, conditions
    assert crd["status"]["acceptedNames"]["shortNames"] == [KINDS[plural]]


def test_explain_tells_what_a_field_is_for(control_plane: ControlPlane, definitions: None):
    text = control_plane.kubectl("explain", "dgd.spec.services")
    assert [word for word in ("componentType", "replicas") if word not in text] == [], text


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_examples_are_accepted(control_plane: ControlPlane, definitions: None, namespace: str, example: pathlib.Path):
    control_plane.kubectl("create", "-n", namespace, "--validate=strict", "--dry-run=server", "-f", str(example))


@pytest.mark.parametrize(
    "service",
    [
        pytest.param({"replicas": -1}, id="below_minimum"),
        pytest.param({"replicas": "two"}, id="wrong_type"),
        pytest.param({"noSuchField": 1}, id="unknown_field"),
        pytest.param({"resources": {"limits": {"gpu": 1}}}, id="number_for_quantity"),
        pytest.param({"volumeMounts": [{"mountPoint": "/x"}]}, id="missing_required"),
    ],
)
def test_both_refuse(
    control_plane: ControlPlane, definitions: None, namespace: str, tmp_path: pathlib.Path, service: dict
):
    file = tmp_path / "graph.json"
    file.write_text(graph(**service))
    real = control_plane.kubectl(
        "create", "-n", namespace, "--validate=strict", "--dry-run=server", "-f", str(file), check=False
    )
    assert "created" not in real, real
    ours = run("validate", "-f", str(file))
    assert ours.returncode == 1, ours.stdout + ours.stderr


def test_what_was_stored_reads_back_unchanged(control_plane: ControlPlane, definitions: None, namespace: str):
    source = REPOSITORY / "examples" / "agg.yaml"
    control_plane.kubectl("create", "-n", namespace, "-f", str(source))
    stored = control_plane.get("dgd", "agg", "-n", namespace)
    assert stored["spec"] == yaml.safe_load(source.read_text())["spec"]


def test_columns(control_plane: ControlPlane, definitions: None, namespace: str):
    control_plane.kubectl("create", "-n", namespace, "-f", "-", stdin=graph())
    header = control_plane.kubectl("get", "dgd", "-n", namespace).splitlines()[0]
    assert header.split() == ["NAME", "STATE", "READY", "BACKEND", "AGE"]
