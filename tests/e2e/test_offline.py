"""Commands that need no cluster: crds and validate."""

import json
import pathlib

import pytest

from harness.dynamo import run

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
GRAPH = """\
apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeployment
metadata:
  name: {name}
spec:
  services:
    Frontend:
      componentType: frontend
      replicas: {replicas}
"""


def write(folder: pathlib.Path, text: str) -> str:
    file = folder / "graph.yaml"
    file.write_text(text)
    return str(file)


def test_crds_prints_every_kind():
    done = run("crds")
    assert done.returncode == 0
    names = [line.split()[-1] for line in done.stdout.splitlines() if line.startswith("  name: ")]
    assert names == [
        "dynamographdeployments.nvidia.com",
        "dynamocomponentdeployments.nvidia.com",
        "dynamographdeploymentscalingadapters.nvidia.com",
        "dynamoworkermetadatas.nvidia.com",
    ]


def test_the_examples_are_valid():
    done = run("validate", "-f", str(REPOSITORY / "examples"))
    assert (done.returncode, done.stderr) == (0, "")
    assert " 0 errors" in done.stdout


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        pytest.param(GRAPH.format(name="a", replicas=1) + "      replica: 2\n", '10:7: unknown field "spec.services.Frontend.replica"', id="unknown_field"),
        pytest.param(GRAPH.format(name="a", replicas='"two"'), "9:7: spec.services.Frontend.replicas", id="wrong_type"),
        pytest.param(GRAPH.format(name="a", replicas=-1), "9:7: spec.services.Frontend.replicas", id="out_of_range"),
        pytest.param(GRAPH.format(name="", replicas=1), "metadata.name", id="missing_name"),
        pytest.param(GRAPH.format(name="x" * 300, replicas=1), "4:3: metadata.name", id="name_too_long"),
        pytest.param(GRAPH.format(name="a", replicas=1) + "      replicas: 2\n", "10:7: duplicate key", id="duplicate_key"),
        pytest.param("apiVersion: v1\nkind: Nope\nmetadata:\n  name: a\n", "unknown kind", id="unknown_kind"),
        pytest.param("a: [1\n", "graph.yaml:", id="not_yaml"),
    ],
)
def test_mistakes_are_named_with_their_place(tmp_path: pathlib.Path, text: str, finding: str):
    done = run("validate", "-f", write(tmp_path, text))
    assert done.returncode == 1
    assert finding in done.stdout, done.stdout


def test_all_mistakes_at_once_and_as_json(tmp_path: pathlib.Path):
    text = GRAPH.format(name="A_b", replicas=-1) + "      replica: 2\n"
    done = run("validate", "-o", "json", "-f", write(tmp_path, text))
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert [finding["line"] for finding in found] == [4, 9, 10]
    assert {finding["severity"] for finding in found} == {"error"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["validate"], "--filename", id="no_file"),
        pytest.param(["validate", "-f", "/nonexistent.yaml"], "No such file", id="absent"),
    ],
)
def test_wrong_use(arguments: list[str], says: str):
    done = run(*arguments)
    assert done.returncode in (1, 2)
    assert says in done.stderr


def test_a_directory_without_manifests(tmp_path: pathlib.Path):
    done = run("validate", "-f", str(tmp_path))
    assert done.returncode == 2
    assert "holds no" in done.stderr
