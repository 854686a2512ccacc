"""Stock kubectl programs against `dynamo apiserver`: the cases of kubectl_cases.py, with Debian's 1.20 and a current one."""

import itertools
import pathlib
import subprocess
from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("e2e.kubectl_cases")

from e2e.kubectl_cases import *  # noqa: E402, F403  the cases
from harness.apiserver import ApiServer  # noqa: E402
from harness.clock import eventually  # noqa: E402
from harness.kubectl import Kubectl, current_kubectl, debian_kubectl  # noqa: E402
from harness.platform import AGG, WORKERS, Platform  # noqa: E402

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    server = ApiServer(tmp_path_factory.mktemp("apiserver"))
    yield server
    server.end()


@pytest.fixture(scope="module", params=["debian", "current"])
def program(request: pytest.FixtureRequest) -> pathlib.Path:
    if request.param == "debian":
        return debian_kubectl()
    try:
        return current_kubectl()
    except subprocess.CalledProcessError as failure:
        pytest.skip(f"no current kubectl here: {failure}")


@pytest.fixture
def is_current(program: pathlib.Path) -> bool:
    return program != debian_kubectl()


@pytest.fixture(scope="module")
def administrator(program: pathlib.Path, api_server: ApiServer, tmp_path_factory: pytest.TempPathFactory) -> Kubectl:
    return Kubectl(program, api_server.kubeconfig, tmp_path_factory.mktemp("kubectl"))


@pytest.fixture
def kubectl(administrator: Kubectl) -> Kubectl:
    """In a namespace of the test's own."""
    name = f"test-{next(_numbers)}"
    administrator("create", "namespace", name)
    return administrator.within(name)


@pytest.fixture(scope="module")
def agg(program: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kubectl]:
    """On a platform with nothing on it but the sample graph, applied by kubectl itself."""
    platform = Platform(tmp_path_factory.mktemp("platform"))
    try:
        platform.up()
        kubeconfig = pathlib.Path(platform.must("kubeconfig", "--path").strip())
        kubectl = Kubectl(program, kubeconfig, tmp_path_factory.mktemp("kubectl"))
        kubectl("apply", "-f", str(AGG))
        yield kubectl
    finally:
        platform.end()


class TestPlatform:
    """The walk of a kubectl user, step by step."""

    def test_waits_for_a_graph(self, agg: Kubectl):
        assert agg("wait", "--for=condition=Ready", "dgd/agg", "--timeout=50s").out.endswith("condition met\n")
        row = agg("get", "dgd", "agg", "--no-headers").rows()[0]
        assert row[:4] == ["agg", "successful", "True", "vllm"]

    def test_lists_what_runs(self, agg: Kubectl):
        heading, *rows = agg("get", "pods").rows()
        assert heading == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
        assert [row[1:4] for row in rows] == [["1/1", "Running", "0"]] * 3
        assert "NODE" in agg("get", "pods", "-o", "wide").rows()[0]
        names = agg("get", "deploy,rs,svc,dcd,dgdsa", "-o", "name").lines()
        assert f"deployment.apps/agg-{WORKERS}" in names
        assert "dynamographdeploymentscalingadapter.nvidia.com/agg-vllmdecodeworker" in names
        assert agg("rollout", "status", f"deploy/agg-{WORKERS}", "--timeout=50s").code == 0

    def test_follows_logs(self, agg: Kubectl):
        pod = self.pods(agg, "frontend")[0]
        assert agg("logs", pod).out
        assert len(agg("logs", pod, "--tail=1").lines()) == 1
        following = agg.start("logs", "-f", pod)
        try:
            eventually(following.output, "the log so far")
            assert following.exit_code() is None
        finally:
            following.end()
        missing = agg.attempt("logs", "nobody")
        assert (missing.code, 'pods "nobody" not found' in missing.err) == (1, True), missing

    def test_describes_a_pod(self, agg: Kubectl):
        text = agg("describe", "pod", self.pods(agg, WORKERS)[0]).out
        for word in ("Status:       Running", "nvidia.com/gpu", "Started", "mock"):
            assert word.replace(" ", "") in text.replace(" ", ""), text

    def test_scales_an_adapter(self, agg: Kubectl):
        before = self.pods(agg, WORKERS)
        assert len(before) == 2
        agg("scale", "dgdsa/agg-vllmdecodeworker", "--replicas=3")
        eventually(lambda: len(self.pods(agg, WORKERS)) == 3, "three workers", every=0.2)
        assert set(before) < set(self.pods(agg, WORKERS))
        agg("wait", "--for=condition=Ready", "pods", "--all", "--timeout=50s")

    def test_deletes_the_graph_and_all_of_it(self, agg: Kubectl):
        agg("delete", "-f", str(AGG), "--timeout=50s")
        eventually(lambda: self.pods(agg, "") == [], "no pod is left", every=0.2)
        assert agg("get", "deploy,dcd,dgdsa", "-o", "name").out == ""

    @staticmethod
    def pods(kubectl: Kubectl, part: str) -> list[str]:
        names = kubectl("get", "pods", "-o", "jsonpath={.items[*].metadata.name}").out.split()
        return [name for name in names if part in name]
