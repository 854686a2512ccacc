"""The walk from a file to an answer: `dynamo up`, and what happens to a platform that is changed, hurt or ended."""

import concurrent.futures
import json
import os
import pathlib
import re
import signal
import socket
import threading
from collections.abc import Iterator

import pytest

from harness.clock import eventually
from harness.http import Stream, content, get, request
from harness.kubectl import Kubectl, debian_kubectl
from harness.metrics import scrape
from harness.platform import AGG, AGG_MODEL, WORKERS, Platform, is_alive, is_ready, pid_of, restarts_of
from harness.process import Process

CHAT = "/v1/chat/completions"


@pytest.fixture
def platform(tmp_path: pathlib.Path) -> Iterator[Platform]:
    made = Platform(tmp_path)
    yield made
    made.end()


@pytest.fixture(scope="module")
def agg(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The sample graph, up, shared by tests that leave it as it was."""
    made = Platform(tmp_path_factory.mktemp("agg"))
    try:
        made.up(str(AGG))
        made.wait_for_instances(2)
        yield made
    finally:
        made.end()


def question(tokens: int) -> dict[str, object]:
    return {"model": AGG_MODEL, "messages": [{"role": "user", "content": "hello"}], "max_tokens": tokens}


def ask(port: int) -> int:
    return request(port, "POST", CHAT, question(2)).status


def graph(name: str, workers: int = 1, env: str = "one") -> str:
    return f"""\
apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeployment
metadata:
  name: {name}
spec:
  services:
    Frontend:
      componentType: frontend
      replicas: 1
      extraPodSpec:
        mainContainer:
          image: example.com/runtime:1
          command: [python3, -m, dynamo.frontend]
    Worker:
      componentType: worker
      replicas: {workers}
      envs:
      - name: MARK
        value: {env}
      extraPodSpec:
        mainContainer:
          image: example.com/runtime:1
          command: [python3, -m, dynamo.mocker]
          args: [--model-path, {name}-model, --speedup-ratio, "100"]
"""


def command_line(pid: int) -> list[str]:
    return pathlib.Path(f"/proc/{pid}/cmdline").read_text().split("\0")


def test_a_streamed_completion_through_real_processes(agg: Platform):
    pods = agg.pods()
    addresses = {pod["metadata"]["name"]: pod["status"]["podIP"] for pod in pods if WORKERS in pod["metadata"]["name"]}
    before = {name: requests_total(address) for name, address in addresses.items()}
    with Stream(agg.port, CHAT, question(8)) as stream:
        *events, last = stream
    assert last.data == "[DONE]"
    assert len("".join(content(event.json()) for event in events).split()) == 8
    after = {name: requests_total(address) for name, address in addresses.items()}
    assert sum(after.values()) == sum(before.values()) + 1

    roles = {name: command_line(pid)[:2] for name, pid in agg.pids().items()}
    assert len(roles) == 3
    for name, words in roles.items():
        assert os.path.basename(words[0]) == "dynamo"
        assert words[1] == ("worker" if WORKERS in name else "frontend")


def requests_total(address: str) -> float:
    return scrape(9090, address).value("dynamo_component_requests_total")


def test_everybody_says_that_the_mock_answers(agg: Platform):
    models = get(agg.port, "/v1/models").json()["data"]
    assert [model["id"] for model in models] == [AGG_MODEL]
    assert models[0]["engine"] == "mock"
    answer = request(agg.port, "POST", CHAT, question(2)).json()
    assert answer["system_fingerprint"] == "mock"
    assert "mock" in agg.must("events")
    assert "simulated" in agg.log()


def test_get_shows_the_graph_and_its_processes(agg: Platform):
    table = agg.must("get")
    heading, row = table.splitlines()[:2]
    assert heading.split() == ["NAME", "STATE", "READY", "BACKEND", "AGE"]
    assert row.split()[:4] == ["agg", "successful", "True", "vllm"]
    for name, pid in agg.pids().items():
        assert any(line.startswith(name) and line.endswith(str(pid)) for line in table.splitlines())


def test_logs_and_describe(agg: Platform):
    name = next(iter(agg.pids(WORKERS)))
    assert "listening" in agg.must("logs", name)
    described = agg.must("describe", "dgd", "agg")
    assert "kind: DynamoGraphDeployment" in described
    assert "Events:" in described


def test_up_again_applies_and_is_quick(agg: Platform):
    pids = agg.pids()
    assert "unchanged" in agg.must("up", str(AGG), "--detach", "--port", str(agg.port), within=30)
    assert agg.pids() == pids


def test_a_killed_worker_restarts_while_the_other_serves(platform: Platform):
    platform.up(str(AGG))
    platform.wait_for_instances(2)
    (doomed, pid), (other, other_pid) = platform.pids(WORKERS).items()
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not is_alive(pid), "the process is gone")
    for _ in range(10):
        assert ask(platform.port) == 200

    def restarted() -> dict | None:
        pod = next(pod for pod in platform.pods(WORKERS) if pod["metadata"]["name"] == doomed)
        return pod if restarts_of(pod) == 1 and is_ready(pod) else None

    pod = eventually(restarted, "the pod is ready again", within=60)
    last = pod["status"]["containerStatuses"][0]["lastState"]["terminated"]
    assert (last["exitCode"], last["reason"]) == (137, "Error")
    assert pid_of(pod) != pid
    assert platform.pids(WORKERS)[other] == other_pid
    platform.wait_for_instances(2)


def test_nothing_survives_a_killed_platform_and_no_write_is_lost(platform: Platform):
    platform.up(str(AGG))
    platform.wait_for_instances(2)
    acknowledged: dict[str, str] = {}
    over = threading.Event()

    def write(thread: int) -> None:
        for number in range(1000):
            name = f"note-{thread}-{number}"
            manifest = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}})
            done = platform.command("apply", "-f", "-", stdin=manifest)
            if over.is_set() or done.returncode != 0:
                return
            acknowledged[name] = manifest

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(write, thread) for thread in range(4)]
        eventually(lambda: len(acknowledged) >= 20, "writes are under way")
        os.kill(platform.up_pid(), signal.SIGKILL)
        eventually(lambda: not [pid for pid in platform.processes() if not is_client(pid)], "no process is left")
        over.set()
        for writer in writers:
            writer.result()

    platform.up()
    names = {item["metadata"]["name"] for item in platform.objects("configmaps")}
    assert set(acknowledged) - names == set()
    platform.ready_pids(WORKERS, 2)
    platform.wait_for_instances(2)
    assert ask(platform.port) == 200


def is_client(pid: int) -> bool:
    try:
        return "apply" in command_line(pid)
    except OSError:
        return True


def test_only_what_changed_is_restarted(platform: Platform):
    platform.up("-", stdin=graph("one", workers=2))
    platform.up("-", stdin=graph("two"))
    first = platform.ready_pids("one-worker", 2)
    others = platform.ready_pids("two-", 2) | platform.ready_pids("one-frontend", 1)

    # More replicas: those that run stay.
    platform.must("apply", "-f", "-", stdin=graph("one", workers=3))
    more = platform.ready_pids("one-worker", 3)
    assert first.items() <= more.items()
    # Fewer: two of the three stay.
    platform.must("apply", "-f", "-", stdin=graph("one", workers=2))
    fewer = platform.ready_pids("one-worker", 2)
    assert fewer.items() <= more.items()
    # Another environment: all workers are replaced, and nobody else.
    platform.must("apply", "-f", "-", stdin=graph("one", workers=2, env="two"))

    def replaced() -> bool:
        pods = platform.pods("one-worker")
        fresh = [pod for pod in pods if is_ready(pod) and mark_of(pod) == "two"]
        return len(pods) == 2 and len(fresh) == 2

    eventually(replaced, "the workers have the new environment", within=60)
    assert set(platform.ready_pids("one-worker", 2).values()).isdisjoint(fewer.values())
    assert platform.pids("two-") | platform.pids("one-frontend") == others

    # One graph deleted: the other's processes stay.
    gone = platform.pids("one-")
    platform.must("delete", "dgd", "one")
    eventually(lambda: not platform.pods("one-"), "the pods of the deleted graph are gone", within=60)
    assert [pid for pid in gone.values() if is_alive(pid)] == []
    assert platform.pids("two-") == {name: pid for name, pid in others.items() if name.startswith("two-")}


def test_a_resync_of_what_is_as_it_should_be_writes_nothing(platform: Platform):
    platform.environment |= {"DYN_LOG": "warn,operator=debug"}
    platform.up("-", "--resync-seconds", "1", stdin=graph("one", workers=2))
    platform.ready_pids("one-", 3)
    kubectl = Kubectl(debian_kubectl(), pathlib.Path(platform.must("kubeconfig", "--path").strip()), platform.home)

    def three_resyncs_write_nothing() -> bool:
        before, resyncs = writes(kubectl), resyncs_of(platform)
        eventually(lambda: resyncs_of(platform) >= resyncs + 3, "three resyncs")
        return writes(kubectl) == before

    # Other writes may come in between, of a probe that failed on a busy machine; those of a resync come with each.
    eventually(three_resyncs_write_nothing, "the platform comes to rest", within=60)


def writes(kubectl: Kubectl) -> dict[str, int]:
    """The requests that were not reads, as the API server has counted them."""
    counted = re.findall(r'^apiserver_request_total\{(verb="(\w+)".*)\} (\d+)$', kubectl("get", "--raw", "/metrics").out, re.M)
    made = {labels: int(count) for labels, verb, count in counted if verb not in ("GET", "LIST", "WATCH")}
    assert made, "no request was counted, not even those that made the graph"
    return made


def resyncs_of(platform: Platform) -> int:
    return platform.log().count("looking at every object again")


def mark_of(pod: dict) -> str:
    env = {variable["name"]: variable.get("value") for variable in pod["spec"]["containers"][0]["env"]}
    return env["MARK"]


def test_scaling_through_the_adapter(platform: Platform):
    platform.up(str(AGG))
    pids = platform.ready_pids(WORKERS, 2)
    platform.must("scale", f"dgdsa/agg-{WORKERS}", "--replicas", "3")
    assert pids.items() <= platform.ready_pids(WORKERS, 3).items()
    platform.wait_for_instances(3)
    platform.must("scale", f"dgdsa/agg-{WORKERS}", "--replicas", "1")
    assert platform.ready_pids(WORKERS, 1).items() <= (pids | platform.pids(WORKERS)).items()
    assert ask(platform.port) == 200


def test_two_graphs_get_two_ports(platform: Platform):
    platform.up("-", stdin=graph("one"))
    said = platform.up("-", stdin=graph("two"))
    ports = [int(word.split(":")[2].split("/")[0]) for word in (said + platform.log()).split() if word.startswith("http://127.0.0.1:")]
    assert len(set(ports)) == 2
    served = {}
    for port in set(ports):
        platform.wait_for_instances(1, port)
        served[port] = [model["id"] for model in get(port, "/v1/models").json()["data"]]
    assert sorted(served.values()) == [["one-model"], ["two-model"]]


def test_down_keeps_and_purge_forgets(platform: Platform):
    platform.up("-", stdin=graph("one"))
    uid = platform.objects("dgd")[0]["metadata"]["uid"]
    platform.must("down")
    assert platform.processes() == []
    refused = platform.command("get")
    assert refused.returncode == 1
    assert "not running" in refused.stderr
    platform.up()
    assert platform.objects("dgd")[0]["metadata"]["uid"] == uid
    platform.must("down", "--purge")
    assert not (platform.home / "dynamo" / "default").exists()


def test_ctrl_c_ends_everything(platform: Platform):
    process = Process("up", [os.environ["DYNAMO_BIN"], "up", str(AGG), "--port", str(platform.port), "--ephemeral"],
                      platform.home / "foreground.log", platform.environment)
    platform.wait_for_instances(2)
    os.kill(process.pid, signal.SIGINT)
    assert process.wait() == 0
    assert platform.processes() == []


def test_a_corrupt_state_is_kept_aside(platform: Platform):
    platform.up("-", stdin=graph("one"))
    platform.must("down")
    states = [file for file in (platform.home / "dynamo" / "default").rglob("state.db")]
    assert len(states) == 1
    states[0].write_bytes(b"this is no database" * 1000)
    said = platform.up()
    kept = [file for file in states[0].parent.iterdir() if file.name.startswith("state.db.") and b"this is no" in file.read_bytes()[:100]]
    assert len(kept) == 1
    assert kept[0].name in said + platform.log()


@pytest.mark.parametrize(
    ("arguments", "stdin", "says"),
    [
        pytest.param(["/nonexistent.yaml"], "", "No such file", id="unreadable_file"),
        pytest.param(["-"], graph("one").replace("componentType: worker", "componentTyp: worker"), 'unknown field "spec.services.Worker.componentTyp"', id="unknown_field"),
        pytest.param(["-"], graph("one").replace("replicas: 1", "replicas: many"), "replicas", id="wrong_type"),
        pytest.param(["-"], graph(""), "metadata.name", id="missing_name"),
        pytest.param(["-"], "kind: Nope\napiVersion: v1\nmetadata: {name: a}\n", "unknown kind", id="unknown_kind"),
        pytest.param(["--engine", "real", "-"], graph("one").replace("dynamo.mocker", "dynamo.vllm"), "vllm", id="no_real_engine"),
        pytest.param(["--name", "Not_A_Label"], "", "--name", id="name"),
        pytest.param(["--port", "0"], "", "--port", id="port"),
    ],
)
def test_bad_input_ends_up_with_a_clear_message(platform: Platform, arguments: list[str], stdin: str, says: str):
    codes = set()
    for where in [], ["--detach"]:
        done = platform.command("up", *arguments, *where, stdin=stdin)
        assert says in done.stderr, done.stdout + done.stderr
        assert platform.processes() == []
        codes.add(done.returncode)
    assert codes in ({1}, {2})


def test_apply_reads_lists_and_says_what_is_no_object(platform: Platform):
    platform.up()
    listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": [config_map("a"), config_map("b")]})
    said = platform.must("apply", "-f", "-", stdin=listed)
    assert said.splitlines() == ["configmap/a created", "configmap/b created"]
    assert platform.must("apply", "-f", "-", stdin=listed).splitlines() == ["configmap/a unchanged", "configmap/b unchanged"]
    for text in ["42", "- a", "one: 1\n---\nnull\n---\nfalse\n"]:
        refused = platform.command("apply", "-f", "-", stdin=text)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "<stdin>:" in refused.stderr
    assert platform.must("delete", "-f", "-", stdin=listed).splitlines() == ["configmap/a deleted", "configmap/b deleted"]


def config_map(name: str) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": "1"}}


def test_a_port_in_use_is_said(platform: Platform):
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", platform.port))
        taken.listen()
        done = platform.command("up", "-", "--detach", "--port", str(platform.port), stdin=graph("one"))
    assert done.returncode == 1
    assert str(platform.port) in done.stderr
    assert platform.processes() == []
