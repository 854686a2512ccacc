"""What every kubectl must be able to do with a server that has our kinds. No controllers are needed.

The cases take two fixtures: `kubectl`, a `harness.kubectl.Kubectl` in a namespace of its own, and `is_current`, whether
that kubectl speaks of field validation as servers since 1.25 do. test_kubectl.py runs them against `dynamo apiserver`,
tests/real against a real API server, so that both are held to the same answers.
"""

import json
from typing import Any

import pytest
import yaml

from harness.clock import eventually
from harness.kubectl import Kubectl
from harness.process import Process

GRAPHS = "/apis/nvidia.com/v1alpha1/namespaces/{namespace}/dynamographdeployments"


def graph(name: str = "g", labels: dict[str, str] | None = None, **service: Any) -> dict[str, Any]:
    """A graph of one frontend with these fields."""
    return {
        "apiVersion": "nvidia.com/v1alpha1",
        "kind": "DynamoGraphDeployment",
        "metadata": {"name": name} | ({"labels": labels} if labels else {}),
        "spec": {
            "backendFramework": "vllm",
            "services": {"Frontend": {"componentType": "frontend", "replicas": 1} | service},
        },
    }


def adapter(name: str, replicas: int) -> dict[str, Any]:
    return {
        "apiVersion": "nvidia.com/v1alpha1",
        "kind": "DynamoGraphDeploymentScalingAdapter",
        "metadata": {"name": name},
        "spec": {"replicas": replicas, "dgdRef": {"name": "g", "serviceName": "Frontend"}},
    }


def config_map(name: str = "c", **values: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": values}


def deployment(env: dict[str, str], ports: list[dict[str, Any]], image: str = "a", name: str = "d") -> dict[str, Any]:
    container = {
        "name": "main",
        "image": image,
        "env": [{"name": key, "value": value} for key, value in env.items()],
        "ports": ports,
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": 0,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container]}},
        },
    }


def report(kubectl: Kubectl, name: str, state: str, ready: str) -> None:
    """Writes a graph's status, as its controller would."""
    status = {
        "state": state,
        "conditions": [
            {
                "type": "Ready",
                "status": ready,
                "reason": "Tested",
                "message": "",
                "lastTransitionTime": "2026-01-02T03:04:05Z",
            }
        ],
    }
    stored = kubectl.get("dgd", name) | {"status": status}
    path = GRAPHS.format(namespace=kubectl.namespace) + f"/{name}/status"
    kubectl("replace", "--raw", path, "-f", "-", stdin=stored)


def end(process: Process) -> str:
    process.end()
    return process.output()


class TestGet:
    def test_a_table_has_the_columns_of_the_kind(self, kubectl: Kubectl):
        kubectl("create", "-f", "-", stdin=graph())
        report(kubectl, "g", state="successful", ready="True")
        heading, row = kubectl("get", "dgd").rows()
        assert heading == ["NAME", "STATE", "READY", "BACKEND", "AGE"]
        assert row[:4] == ["g", "successful", "True", "vllm"]
        assert row[4].endswith("s")

    @pytest.mark.parametrize("name", ["dgd", "dynamographdeployment", "dynamographdeployments.nvidia.com", "dgd.v1alpha1.nvidia.com"])
    def test_a_kind_goes_by_all_its_names(self, kubectl: Kubectl, name: str):
        kubectl("create", "-f", "-", stdin=graph())
        assert kubectl("get", name, "g", "-o", "name").out == "dynamographdeployment.nvidia.com/g\n"

    def test_yaml_and_json_are_the_object(self, kubectl: Kubectl):
        kubectl("create", "-f", "-", stdin=graph())
        from_yaml = yaml.safe_load(kubectl("get", "dgd", "g", "-o", "yaml").out)
        assert from_yaml["spec"] == graph()["spec"]
        assert from_yaml["metadata"]["generation"] == 1
        assert len(from_yaml["metadata"]["uid"]) == 36
        assert kubectl.get("dgd", "g")["spec"] == graph()["spec"]

    def test_other_forms(self, kubectl: Kubectl):
        kubectl("create", "-f", "-", stdin=deployment({}, [], image="registry/a:1"))
        assert "registry/a:1" in kubectl("get", "deploy", "-o", "wide").out
        assert "registry/a:1" not in kubectl("get", "deploy").out
        assert kubectl("get", "deploy", "-o", "jsonpath={.items[*].metadata.name}").out == "d"
        columns = "custom-columns=N:.metadata.name,R:.spec.replicas"
        assert kubectl("get", "deploy", "-o", columns).rows() == [["N", "R"], ["d", "0"]]
        assert kubectl("get", "deploy", "--no-headers").rows()[0][0] == "d"
        assert kubectl("get", "deploy", "--show-labels").rows()[0][-1] == "LABELS"

    def test_several_kinds_at_once(self, kubectl: Kubectl):
        kubectl("create", "-f", "-", stdin=graph())
        kubectl("create", "-f", "-", stdin=config_map())
        names = kubectl("get", "dgd/g", "cm/c", "-o", "name").lines()
        assert names == ["dynamographdeployment.nvidia.com/g", "configmap/c"]
        assert kubectl("get", "all").code == 0

    @pytest.mark.parametrize(
        ("selector", "found"),
        [
            pytest.param(["-l", "team=a"], ["x"], id="equal"),
            pytest.param(["-l", "team!=a"], ["y", "z"], id="unequal"),
            pytest.param(["-l", "team in (a, b)"], ["x", "y"], id="in"),
            pytest.param(["-l", "!team"], ["z"], id="absent"),
            pytest.param(["--field-selector", "metadata.name=y"], ["y"], id="field"),
            pytest.param(["--field-selector", "metadata.name!=y", "-l", "team"], ["x"], id="both"),
        ],
    )
    def test_selectors(self, kubectl: Kubectl, selector: list[str], found: list[str]):
        for name, labels in {"x": {"team": "a"}, "y": {"team": "b"}, "z": {}}.items():
            kubectl("create", "-f", "-", stdin=graph(name, labels))
        names = kubectl("get", "dgd", *selector, "-o", "jsonpath={.items[*].metadata.name}").out
        assert names.split() == found

    def test_nothing_there(self, kubectl: Kubectl):
        none = kubectl("get", "dgd")
        assert none.err == f"No resources found in {kubectl.namespace} namespace.\n"
        missing = kubectl.attempt("get", "dgd", "nobody")
        assert missing.code == 1
        assert missing.err == 'Error from server (NotFound): dynamographdeployments.nvidia.com "nobody" not found\n'
        unknown = kubectl.attempt("get", "toasters")
        assert unknown.code == 1
        assert unknown.err == 'error: the server doesn\'t have a resource type "toasters"\n'
        bad = kubectl.attempt("get", "dgd", "--field-selector", "spec.colour=red")
        assert bad.code == 1
        assert 'field label not supported: spec.colour' in bad.err

    def test_a_long_list_comes_in_pages(self, kubectl: Kubectl):
        items = [config_map(f"c{number:03}") for number in range(120)]
        kubectl("create", "-f", "-", stdin={"apiVersion": "v1", "kind": "List", "items": items})
        rows = kubectl("get", "cm", "--chunk-size=50", "-o", "name").lines()
        assert [row for row in rows if row.startswith("configmap/c")] == [f"configmap/c{n:03}" for n in range(120)]

    def test_watch_prints_changes(self, kubectl: Kubectl):
        kubectl("create", "-f", "-", stdin=graph())
        watch = kubectl.start("get", "dgd", "-w")
        try:
            watch.wait_for_output("vllm")
            report(kubectl, "g", state="pending", ready="False")
            watch.wait_for_output("pending")
            kubectl("create", "-f", "-", stdin=graph("second"))
            output = watch.wait_for_output("second")
        finally:
            watch.end()
        rows = [line.split() for line in output.splitlines()]
        assert [row[0] for row in rows] == ["NAME", "g", "g", "second"]
        assert rows[2][1:3] == ["pending", "False"]

    def test_watch_of_a_selection(self, kubectl: Kubectl):
        watch = kubectl.start("get", "dgd", "-w", "-l", "team=a", "-o", "name")
        try:
            kubectl("create", "-f", "-", stdin=graph("other", {"team": "b"}))
            kubectl("create", "-f", "-", stdin=graph("mine", {"team": "a"}))
            watch.wait_for_output("mine")
        finally:
            output = end(watch)
        assert "other" not in output


class TestApply:
    def test_a_graph_is_created_changed_left_alone(self, kubectl: Kubectl):
        first = kubectl("apply", "-f", "-", stdin=graph(envs=[{"name": "A", "value": "1"}]))
        assert first.out == "dynamographdeployment.nvidia.com/g created\n"
        changed = graph(replicas=2)
        assert kubectl("apply", "-f", "-", stdin=changed).out == "dynamographdeployment.nvidia.com/g configured\n"
        stored = kubectl.get("dgd", "g")
        assert stored["spec"]["services"]["Frontend"] == {"componentType": "frontend", "replicas": 2}
        assert stored["metadata"]["generation"] == 2
        assert kubectl("apply", "-f", "-", stdin=changed).out == "dynamographdeployment.nvidia.com/g unchanged\n"
        again = kubectl.get("dgd", "g")
        assert again["metadata"]["resourceVersion"] == stored["metadata"]["resourceVersion"]

    def test_a_config_map_loses_a_key(self, kubectl: Kubectl):
        kubectl("apply", "-f", "-", stdin=config_map(a="1", b="2"))
        kubectl("patch", "cm", "c", "--type=merge", "-p", '{"data":{"foreign":"3"}}')
        assert kubectl("apply", "-f", "-", stdin=config_map(b="2")).out == "configmap/c configured\n"
        assert kubectl.get("cm", "c")["data"] == {"b": "2", "foreign": "3"}

    def test_lists_of_a_deployment_merge_by_their_keys(self, kubectl: Kubectl):
        kubectl("apply", "-f", "-", stdin=deployment({"A": "1", "B": "2"}, [{"containerPort": 80}]))
        foreign = {"spec": {"template": {"spec": {"containers": [{"name": "side", "image": "x"}]}}}}
        kubectl("patch", "deploy", "d", "-p", json.dumps(foreign))
        ports = [{"containerPort": 80}, {"containerPort": 81, "protocol": "UDP"}]
        changed = deployment({"B": "3"}, ports, image="b")
        assert kubectl("apply", "-f", "-", stdin=changed).out == "deployment.apps/d configured\n"
        containers = kubectl.get("deploy", "d")["spec"]["template"]["spec"]["containers"]
        main = next(container for container in containers if container["name"] == "main")
        assert {container["name"] for container in containers} == {"main", "side"}
        assert main["image"] == "b"
        assert main["env"] == [{"name": "B", "value": "3"}]
        assert main["ports"] == [{"containerPort": 80, "protocol": "TCP"}, {"containerPort": 81, "protocol": "UDP"}]
        generation = kubectl.get("deploy", "d")["metadata"]["generation"]
        kubectl("apply", "-f", "-", stdin=changed)
        assert kubectl.get("deploy", "d")["metadata"]["generation"] == generation

    def test_what_kubectl_generates_can_be_applied(self, kubectl: Kubectl):
        made = kubectl("create", "deployment", "d", "--image=a", "--dry-run=client", "-o", "yaml").out
        assert kubectl("apply", "-f", "-", stdin=made).out == "deployment.apps/d created\n"
        kubectl("apply", "-f", "-", stdin=made)
        assert kubectl.get("deploy", "d")["metadata"]["generation"] == 1

    def test_diff(self, kubectl: Kubectl):
        kubectl("apply", "-f", "-", stdin=graph())
        same = kubectl.attempt("diff", "-f", "-", stdin=graph())
        assert (same.code, same.out) == (0, "")
        different = kubectl.attempt("diff", "-f", "-", stdin=graph(replicas=3))
        assert different.code == 1
        assert "-      replicas: 1\n+      replicas: 3\n" in different.out
        fresh = kubectl.attempt("diff", "-f", "-", stdin=graph("fresh"))
        assert fresh.code == 1
        assert "+  name: fresh\n" in fresh.out
        assert kubectl("get", "dgd", "-o", "name").lines() == ["dynamographdeployment.nvidia.com/g"]

    def test_dry_run_stores_nothing(self, kubectl: Kubectl):
        done = kubectl("apply", "--dry-run=server", "-f", "-", stdin=graph())
        assert done.out == "dynamographdeployment.nvidia.com/g created (server dry run)\n"
        assert kubectl("get", "dgd").out == ""
        kubectl("apply", "-f", "-", stdin=graph())
        done = kubectl("apply", "--dry-run=server", "-o", "json", "-f", "-", stdin=graph(replicas=2))
        assert json.loads(done.out)["spec"]["services"]["Frontend"]["replicas"] == 2
        assert kubectl.get("dgd", "g")["spec"]["services"]["Frontend"]["replicas"] == 1
        assert kubectl("delete", "dgd", "g", "--dry-run=server").code == 0
        assert kubectl.get("dgd", "g")["metadata"]["name"] == "g"


class TestServerSideApply:
    def test_a_graph_is_created_changed_left_alone(self, kubectl: Kubectl):
        def apply(document: dict[str, Any]) -> dict[str, Any]:
            done = kubectl("apply", "--server-side", "-f", "-", stdin=document)
            assert done.out == "dynamographdeployment.nvidia.com/g serverside-applied\n"
            return kubectl.get("dgd", "g")

        apply(graph(envs=[{"name": "A", "value": "1"}]))
        changed = apply(graph(replicas=2))
        assert changed["spec"]["services"]["Frontend"] == {"componentType": "frontend", "replicas": 2}
        same = apply(graph(replicas=2))
        assert same["metadata"]["resourceVersion"] == changed["metadata"]["resourceVersion"]

    def test_another_manager_conflicts_until_it_insists(self, kubectl: Kubectl):
        kubectl("apply", "--server-side", "-f", "-", stdin=graph())
        other = ["apply", "--server-side", "--field-manager=other", "-f", "-"]
        refused = kubectl.attempt(*other, stdin=graph(replicas=5))
        assert refused.code == 1
        assert 'conflict with "kubectl"' in refused.err
        assert ".spec.services.Frontend.replicas" in refused.err
        assert "--force-conflicts" in refused.err
        kubectl(*other, "--force-conflicts", stdin=graph(replicas=5))
        assert kubectl.get("dgd", "g")["spec"]["services"]["Frontend"]["replicas"] == 5
        assert kubectl.attempt("apply", "--server-side", "-f", "-", stdin=graph(replicas=1)).code == 1

    def test_managers_share_a_deployment(self, kubectl: Kubectl):
        kubectl("apply", "--server-side", "-f", "-", stdin=deployment({"A": "1"}, [{"containerPort": 80}]))
        theirs = deployment({"B": "2"}, [], image="a")
        kubectl("apply", "--server-side", "--field-manager=other", "-f", "-", stdin=theirs)
        kubectl("apply", "--server-side", "-f", "-", stdin=deployment({}, [{"containerPort": 81}]))
        main = kubectl.get("deploy", "d")["spec"]["template"]["spec"]["containers"][0]
        assert main["env"] == [{"name": "B", "value": "2"}]
        assert main["ports"] == [{"containerPort": 81, "protocol": "TCP"}]

    def test_what_kubectl_generates_can_be_applied(self, kubectl: Kubectl):
        made = kubectl("create", "deployment", "d", "--image=a", "--dry-run=client", "-o", "yaml").out
        assert kubectl("apply", "--server-side", "-f", "-", stdin=made).out == "deployment.apps/d serverside-applied\n"

    def test_client_side_apply_hands_over(self, kubectl: Kubectl):
        kubectl("apply", "-f", "-", stdin=config_map(a="1"))
        done = kubectl.attempt("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=config_map(a="2"))
        assert done.code == 0, done
        assert kubectl.get("cm", "c")["data"] == {"a": "2"}


class TestWrite:
    @pytest.mark.parametrize(
        ("kind", "patch"),
        [
            ("merge", {"spec": {"replicas": 4}}),
            ("json", [{"op": "replace", "path": "/spec/replicas", "value": 4}]),
            ("strategic", {"spec": {"replicas": 4}}),
        ],
    )
    def test_patch(self, kubectl: Kubectl, kind: str, patch: object):
        kubectl("create", "-f", "-", stdin=deployment({}, []))
        done = kubectl("patch", "deploy", "d", f"--type={kind}", "-p", json.dumps(patch))
        assert done.out == "deployment.apps/d patched\n"
        assert kubectl.get("deploy", "d")["spec"]["replicas"] == 4
        # Where a controller writes the object's status at the same time, kubectl takes that for its own change.
        eventually(
            lambda: "(no change)" in kubectl("patch", "deploy", "d", f"--type={kind}", "-p", json.dumps(patch)).out,
            "the same patch again changes nothing",
        )

    def test_no_strategic_patch_of_a_custom_kind(self, kubectl: Kubectl):
        kubectl("create", "-f", "-", stdin=graph())
        refused = kubectl.attempt("patch", "dgd", "g", "--type=strategic", "-p", '{"spec":{}}')
        assert refused.code == 1
        assert "strategic" in refused.err or "UnsupportedMediaType" in refused.err

    def test_a_json_patch_whose_test_fails(self, kubectl: Kubectl):
        kubectl("create", "-f", "-", stdin=graph())
        patch = [{"op": "test", "path": "/spec/backendFramework", "value": "sglang"}]
        refused = kubectl.attempt("patch", "dgd", "g", "--type=json", "-p", json.dumps(patch))
        assert refused.code == 1
        assert "invalid" in refused.err
        assert kubectl.get("dgd", "g")["spec"] == graph()["spec"]

    def test_label_and_annotate(self, kubectl: Kubectl):
        kubectl("create", "-f", "-", stdin=graph())
        assert "labeled" in kubectl("label", "dgd", "g", "team=a").out
        refused = kubectl.attempt("label", "dgd", "g", "team=b")
        assert refused.code == 1
        assert "--overwrite is false" in refused.err
        kubectl("label", "dgd", "g", "team=b", "--overwrite")
        kubectl("annotate", "dgd", "g", "example.com/note=some words")
        metadata = kubectl.get("dgd", "g")["metadata"]
        assert metadata["labels"] == {"team": "b"}
        assert metadata["annotations"] == {"example.com/note": "some words"}
        assert metadata["generation"] == 1
        kubectl("label", "dgd", "g", "team-")
        assert "labels" not in kubectl.get("dgd", "g")["metadata"]
        bad = kubectl.attempt("patch", "dgd", "g", "--type=merge", "-p", '{"metadata":{"labels":{"a b":"c"}}}')
        assert bad.code == 1
        assert "metadata.labels: Invalid value" in bad.err

    def test_create_twice(self, kubectl: Kubectl):
        kubectl("create", "-f", "-", stdin=graph())
        again = kubectl.attempt("create", "-f", "-", stdin=graph())
        assert again.code == 1
        assert again.err == (
            'Error from server (AlreadyExists): error when creating "STDIN": '
            'dynamographdeployments.nvidia.com "g" already exists\n'
        )

    def test_replace(self, kubectl: Kubectl):
        kubectl("create", "-f", "-", stdin=graph())
        read = kubectl.get("dgd", "g")
        changed = json.loads(json.dumps(read))
        changed["spec"]["services"]["Frontend"]["replicas"] = 7
        assert kubectl("replace", "-f", "-", stdin=changed).out == "dynamographdeployment.nvidia.com/g replaced\n"
        stale = kubectl.attempt("replace", "-f", "-", stdin=read)
        assert stale.code == 1
        assert "Error from server (Conflict)" in stale.err
        assert "the object has been modified; please apply your changes to the latest version and try again" in stale.err

    @pytest.mark.parametrize(
        ("arguments", "made"),
        [
            (["configmap", "x", "--from-literal=a=b"], "configmap/x"),
            (["secret", "generic", "x", "--from-literal=a=b"], "secret/x"),
            (["serviceaccount", "x"], "serviceaccount/x"),
            (["service", "clusterip", "x", "--tcp=80:8080"], "service/x"),
            (["deployment", "x", "--image=a", "--replicas=2"], "deployment.apps/x"),
            (["role", "x", "--verb=get,list", "--resource=pods"], "role.rbac.authorization.k8s.io/x"),
            (
                ["rolebinding", "x", "--role=r", "--serviceaccount=default:a"],
                "rolebinding.rbac.authorization.k8s.io/x",
            ),
        ],
        ids=lambda value: value[0] if isinstance(value, list) else "",
    )
    def test_create_by_words(self, kubectl: Kubectl, arguments: list[str], made: str):
        assert kubectl("create", *arguments).out == f"{made} created\n"
        stored = kubectl.get(made)
        assert stored["metadata"]["namespace"] == kubectl.namespace
        assert kubectl("delete", made).code == 0

    def test_set_and_rollout(self, kubectl: Kubectl):
        kubectl("create", "-f", "-", stdin=deployment({"A": "1"}, []))
        assert kubectl("set", "image", "deploy/d", "main=b").out == "deployment.apps/d image updated\n"
        assert kubectl("set", "env", "deploy/d", "B=2").out == "deployment.apps/d env updated\n"
        assert kubectl("rollout", "restart", "deploy/d").out == "deployment.apps/d restarted\n"
        template = kubectl.get("deploy", "d")["spec"]["template"]
        assert template["spec"]["containers"][0]["image"] == "b"
        assert {"name": "B", "value": "2"} in template["spec"]["containers"][0]["env"]
        assert "kubectl.kubernetes.io/restartedAt" in template["metadata"]["annotations"]


class TestScale:
    def test_an_adapter(self, kubectl: Kubectl):
        kubectl("create", "-f", "-", stdin=adapter("a", 1))
        done = kubectl("scale", "dgdsa/a", "--replicas=3")
        assert done.out == "dynamographdeploymentscalingadapter.nvidia.com/a scaled\n"
        assert kubectl.get("dgdsa", "a")["spec"]["replicas"] == 3
        refused = kubectl.attempt("scale", "dgdsa/a", "--replicas=9", "--current-replicas=1")
        assert refused.code == 1
        assert "Expected replicas to be 1, was 3" in refused.err or "expected replicas" in refused.err.lower()

    def test_a_deployment(self, kubectl: Kubectl):
        kubectl("create", "-f", "-", stdin=deployment({}, []))
        assert kubectl("scale", "deploy/d", "--replicas=3").out == "deployment.apps/d scaled\n"
        assert kubectl.get("deploy", "d")["spec"]["replicas"] == 3

    def test_what_has_no_scale(self, kubectl: Kubectl):
        kubectl("create", "-f", "-", stdin=graph())
        refused = kubectl.attempt("scale", "dgd/g", "--replicas=3")
        assert refused.code == 1
        assert "Error from server (NotFound)" in refused.err


class TestDelete:
    def test_one_by_label_all(self, kubectl: Kubectl):
        for name in ("x", "y", "z"):
            kubectl("create", "-f", "-", stdin=graph(name, {"name": name}))
        assert kubectl("delete", "dgd", "x").out.startswith('dynamographdeployment.nvidia.com "x" deleted')
        kubectl("delete", "dgd", "-l", "name=y")
        assert kubectl("get", "dgd", "-o", "name").lines() == ["dynamographdeployment.nvidia.com/z"]
        kubectl("delete", "dgd", "--all")
        assert kubectl("get", "dgd", "-o", "name").out == ""
        missing = kubectl.attempt("delete", "dgd", "x")
        assert missing.code == 1
        assert missing.err == 'Error from server (NotFound): dynamographdeployments.nvidia.com "x" not found\n'
        assert kubectl("delete", "dgd", "x", "--ignore-not-found").out == ""

    def test_a_finalizer_holds_it(self, kubectl: Kubectl):
        held = graph()
        held["metadata"]["finalizers"] = ["example.com/hold"]
        kubectl("create", "-f", "-", stdin=held)
        deleting = kubectl.start("delete", "dgd", "g", "--timeout=50s")
        try:
            deleting.wait_for_output("deleted")
            assert "deletionTimestamp" in kubectl.get("dgd", "g")["metadata"]
            in_vain = kubectl.attempt("wait", "--for=delete", "dgd/g", "--timeout=1s")
            assert in_vain.code == 1
            assert "timed out waiting for the condition" in in_vain.err
            assert deleting.exit_code() is None, deleting.output()
            kubectl("patch", "dgd", "g", "--type=merge", "-p", '{"metadata":{"finalizers":null}}')
            assert deleting.wait() == 0, deleting.output()
        finally:
            deleting.end()
        assert kubectl.attempt("get", "dgd", "g").code == 1

    def test_a_namespace_goes_with_what_is_in_it(self, kubectl: Kubectl):
        kubectl("create", "-f", "-", stdin=graph())
        kubectl("delete", "namespace", kubectl.namespace, "--timeout=50s")
        assert kubectl.attempt("get", "namespace", kubectl.namespace).code == 1


class TestWait:
    def test_for_a_condition(self, kubectl: Kubectl):
        kubectl("create", "-f", "-", stdin=graph())
        waiting = kubectl.start("wait", "--for=condition=Ready", "dgd/g", "--timeout=50s")
        try:
            report(kubectl, "g", state="pending", ready="False")
            assert waiting.exit_code() is None, waiting.output()
            report(kubectl, "g", state="successful", ready="True")
            assert waiting.wait() == 0, waiting.output()
        finally:
            output = end(waiting)
        assert output == "dynamographdeployment.nvidia.com/g condition met\n"

    def test_in_vain(self, kubectl: Kubectl):
        kubectl("create", "-f", "-", stdin=graph())
        done = kubectl.attempt("wait", "--for=condition=Ready", "dgd/g", "--timeout=1s")
        assert done.code == 1
        assert "timed out waiting for the condition" in done.err


class TestDiscover:
    def test_api_resources(self, kubectl: Kubectl):
        rows = kubectl("api-resources", "--api-group=nvidia.com", "--no-headers").rows()
        assert rows == [
            ["dynamocomponentdeployments", "dcd", "nvidia.com/v1alpha1", "true", "DynamoComponentDeployment"],
            ["dynamographdeployments", "dgd", "nvidia.com/v1alpha1", "true", "DynamoGraphDeployment"],
            [
                "dynamographdeploymentscalingadapters", "dgdsa", "nvidia.com/v1alpha1", "true",
                "DynamoGraphDeploymentScalingAdapter",
            ],
            ["dynamoworkermetadatas", "dwm", "nvidia.com/v1alpha1", "true", "DynamoWorkerMetadata"],
        ]
        names = kubectl("api-resources", "-o", "name", "--namespaced=false").lines()
        assert {"namespaces", "nodes", "customresourcedefinitions.apiextensions.k8s.io"} <= set(names)
        assert "pods" not in names

    def test_api_versions(self, kubectl: Kubectl):
        assert {"v1", "apps/v1", "nvidia.com/v1alpha1"} <= set(kubectl("api-versions").lines())

    @pytest.mark.parametrize(
        ("path", "words"),
        [
            ("dgd.spec", ["backendFramework", "services", "What is to run"]),
            ("dgd.spec.services.componentType", ["<string>"]),
            ("dgd.metadata", ["<Object", "annotations"]),
            ("dgdsa", ["DynamoGraphDeploymentScalingAdapter", "nvidia.com", "spec"]),
            ("pod.spec", ["containers", "nodeName"]),
            ("deployment.spec.template.spec.containers", ["image", "env"]),
        ],
    )
    def test_explain(self, kubectl: Kubectl, path: str, words: list[str]):
        text = kubectl("explain", path).out
        assert [word for word in words if word not in text] == [], text

    def test_explain_everything(self, kubectl: Kubectl):
        text = kubectl("explain", "dgd", "--recursive").out
        assert "scalingAdapter" in text

    def test_explain_what_is_not_there(self, kubectl: Kubectl):
        done = kubectl.attempt("explain", "dgd.spec.colour")
        assert done.code == 1
        assert 'field "colour" does not exist' in done.err

    def test_describe_and_events(self, kubectl: Kubectl):
        kubectl("create", "-f", "-", stdin=graph())
        metadata = kubectl.get("dgd", "g")["metadata"]
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": "g.1"},
            "involvedObject": {
                "apiVersion": "nvidia.com/v1alpha1",
                "kind": "DynamoGraphDeployment",
                "name": "g",
                "namespace": kubectl.namespace,
                "uid": metadata["uid"],
            },
            "reason": "Tested",
            "message": "a word about the graph",
            "type": "Normal",
            "source": {"component": "tester"},
            "firstTimestamp": metadata["creationTimestamp"],
            "lastTimestamp": metadata["creationTimestamp"],
            "count": 1,
        }
        kubectl("create", "-f", "-", stdin=event)
        text = kubectl("describe", "dgd", "g").out
        assert "Backend Framework:  vllm" in text
        assert "a word about the graph" in text
        heading, row = kubectl("get", "events").rows()
        assert heading == ["LAST", "SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"]
        assert row[1:] == ["Normal", "Tested", "dynamographdeployment/g", "a", "word", "about", "the", "graph"]
        found = kubectl("get", "events", "--field-selector", "involvedObject.name=g,type=Normal", "-o", "name")
        assert found.lines() == ["event/g.1"]

    def test_describe_what_is_built_in(self, kubectl: Kubectl):
        kubectl("create", "-f", "-", stdin=deployment({"A": "1"}, [{"containerPort": 80}]))
        kubectl("create", "-f", "-", stdin=config_map(a="1"))
        assert "Port:" in kubectl("describe", "deploy", "d").out
        assert "Data\n====\na:\n----\n1\n" in kubectl("describe", "cm", "c").out
        assert "Active" in kubectl("describe", "namespace", kubectl.namespace).out

    def test_can_i(self, kubectl: Kubectl):
        assert kubectl("auth", "can-i", "create", "dgd").out == "yes\n"
        assert kubectl("auth", "can-i", "*", "*").out == "yes\n"

    def test_version_and_raw(self, kubectl: Kubectl):
        assert "Server Version" in kubectl("version").out
        assert kubectl("get", "--raw", "/healthz").out == "ok"
        assert "is running at" in kubectl("cluster-info").out


class Refusal:
    """A bad document, and what kubectl says of it: checked by the server, whatever kubectl checks before."""

    def __init__(self, document: dict[str, Any], *words: str):
        self.document = document
        self.words = words


def without_name() -> dict[str, Any]:
    document = graph()
    document["metadata"] = {}
    return document


def without_required() -> dict[str, Any]:
    document = adapter("a", 1)
    del document["spec"]["dgdRef"]
    return document


REFUSALS = {
    "wrong_type": Refusal(
        graph(replicas="two"),
        "spec.services.Frontend.replicas: Invalid value:",
        "must be of type integer",
    ),
    "enum": Refusal(
        graph(componentType="frontend") | {"spec": {"backendFramework": "steam", "services": {}}},
        'spec.backendFramework: Unsupported value: "steam": supported values: "sglang", "vllm", "trtllm"',
    ),
    "below_minimum": Refusal(graph(replicas=-1), "spec.services.Frontend.replicas", "greater than or equal to 0"),
    "required": Refusal(without_required(), "is invalid: spec.dgdRef: Required value"),
    "name_missing": Refusal(without_name(), "name or generateName is required"),
    "name_too_long": Refusal(graph("x" * 254), "metadata.name: Invalid value:", "must be no more than 253"),
    "name_bad": Refusal(graph("Not_A_Name"), 'metadata.name: Invalid value: "Not_A_Name"', "RFC 1123 subdomain"),
    "label_bad": Refusal(graph(labels={"team": "a b"}), "metadata.labels: Invalid value"),
    "kind_unknown": Refusal(graph() | {"kind": "DynamoToaster"}, 'no matches for kind "DynamoToaster"'),
    "built_in_wrong_type": Refusal(
        deployment({}, []) | {"spec": {"replicas": "two"}}, "Deployment in version \"v1\" cannot be handled as a Deployment"
    ),
    "built_in_required": Refusal(
        deployment({}, []) | {"spec": {"template": {"spec": {"containers": []}}}},
        "spec.selector: Required value",
    ),
    "selector_mismatch": Refusal(
        deployment({}, []) | {"spec": deployment({}, [])["spec"] | {"selector": {"matchLabels": {"a": "b"}}}},
        "`selector` does not match template `labels`",
    ),
}


class TestRefuse:
    @pytest.mark.parametrize("case", REFUSALS)
    def test_by_the_server(self, kubectl: Kubectl, case: str):
        refusal = REFUSALS[case]
        done = kubectl.attempt("create", "--validate=false", "-f", "-", stdin=refusal.document)
        assert done.code == 1
        assert [word for word in refusal.words if word not in done.err] == [], done.err

    @pytest.mark.parametrize(
        ("document", "field"),
        [
            pytest.param(graph(colour="red"), "colour", id="ours"),
            pytest.param(config_map(a="1") | {"colour": "red"}, "colour", id="built_in"),
        ],
    )
    def test_an_unknown_field(self, kubectl: Kubectl, is_current: bool, document: dict[str, Any], field: str):
        done = kubectl.attempt("apply", "-f", "-", stdin=document)
        assert done.code == 1
        assert "unknown field" in done.err
        assert field in done.err
        assert ("strict decoding error" in done.err) == is_current
        kubectl("apply", "--validate=false", "-f", "-", stdin=document)
        kind, name = document["kind"], document["metadata"]["name"]
        assert field not in json.dumps(kubectl.get(kind, name)["spec" if "spec" in document else "data"])

    def test_what_may_not_change(self, kubectl: Kubectl):
        kubectl("create", "-f", "-", stdin=deployment({}, []))
        changed = deployment({}, [])
        changed["spec"]["selector"] = changed["spec"]["template"]["metadata"] = {"matchLabels": {"app": "e"}}
        changed["spec"]["template"]["metadata"] = {"labels": {"app": "e"}}
        done = kubectl.attempt("apply", "-f", "-", stdin=changed)
        assert done.code == 1
        assert "field is immutable" in done.err

    def test_a_namespace_that_is_not_there(self, kubectl: Kubectl):
        done = kubectl.within("nowhere").attempt("create", "-f", "-", stdin=graph())
        assert done.code == 1
        assert 'namespaces "nowhere" not found' in done.err


class TestOwnKinds:
    """A user's own CustomResourceDefinition."""

    def test_from_definition_to_object(self, kubectl: Kubectl):
        group = f"{kubectl.namespace}.example.com"
        spec = {
            "type": "object",
            "required": ["size"],
            "properties": {"size": {"type": "integer"}, "colour": {"type": "string", "default": "red"}},
        }
        definition = {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"toasters.{group}"},
            "spec": {
                "group": group,
                "scope": "Namespaced",
                "names": {"plural": "toasters", "singular": "toaster", "kind": "Toaster", "listKind": "ToasterList"},
                "versions": [
                    {
                        "name": "v1",
                        "served": True,
                        "storage": True,
                        "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}},
                        "additionalPrinterColumns": [{"name": "Size", "type": "integer", "jsonPath": ".spec.size"}],
                    }
                ],
            },
        }
        toaster = {"apiVersion": f"{group}/v1", "kind": "Toaster", "metadata": {"name": "t"}, "spec": {"size": 2}}
        kubectl("apply", "-f", "-", stdin=definition)
        wait = ("wait", "--for=condition=Established", f"crd/toasters.{group}", "--timeout=20s")
        # It gives up where it comes before the first condition does.
        eventually(lambda: kubectl.attempt(*wait).code == 0, "the definition is established", within=50)

        def created() -> bool:
            return kubectl.attempt("create", "-f", "-", stdin=toaster).code == 0

        eventually(created, "a toaster is created", within=50, every=0.5)
        kind = f"toasters.{group}"
        heading, row = kubectl("get", kind).rows()
        assert (heading[:2], row[:2]) == (["NAME", "SIZE"], ["t", "2"])
        assert kubectl.get(kind, "t")["spec"] == {"size": 2, "colour": "red"}
        kubectl("delete", "crd", kind, "--timeout=50s")
