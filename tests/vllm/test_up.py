"""`dynamo up` with a real engine: a graph whose worker is `python3 -m dynamo.vllm`, on a machine that has vLLM."""

import json
import os
import pathlib
import tempfile
from collections.abc import Iterator

import pytest

from harness.clock import eventually
from harness.http import Stream, content, get, request
from harness.platform import Platform
from vllm import engine
from vllm.conftest import tokenizers

CHAT = "/v1/chat/completions"
ARGUMENTS = ["--model", str(engine.FOLDER), "--served-model-name", engine.MODEL, "--max-model-len", "4096", *engine.SETTINGS]
ASKED = {
    "model": engine.MODEL,
    "messages": [{"role": "user", "content": "Which way does the wind blow?"}],
    "max_tokens": 12,
    "temperature": 0,
    "ignore_eos": True,
}


def service(kind: str, *command: str) -> dict[str, object]:
    container = {"image": "example.com/runtime:1", "command": ["python3", "-m", command[0]], "args": list(command[1:])}
    return {"componentType": kind, "replicas": 1, "extraPodSpec": {"mainContainer": container}}


SERVICES = {"Frontend": service("frontend", "dynamo.frontend"), "Worker": service("worker", "dynamo.vllm", *ARGUMENTS)}
GRAPH = {
    "apiVersion": "nvidia.com/v1alpha1",
    "kind": "DynamoGraphDeployment",
    "metadata": {"name": "real"},
    "spec": {"services": SERVICES},
}


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    # Not below pytest's folder: the engine has sockets in its pod's, and their names are limited.
    with tempfile.TemporaryDirectory(prefix="dynamo-") as home:
        path = {"PATH": f"{engine.BIN}:{os.environ['PATH']}"}
        made = Platform(pathlib.Path(home), path | engine.environment(pathlib.Path(home)))
        try:
            command = ("up", "--engine", "real", "-", "--detach", "--port", str(made.port))
            made.must(*command, stdin=json.dumps(GRAPH), within=engine.WITHIN)
            eventually(lambda: tokenizers(made.port) == {"frontend"}, "the frontend has read the model's files", within=30)
            yield made
        finally:
            made.end()


def test_the_graph_is_ready_and_nothing_stands_in(platform: Platform):
    assert platform.must("get").splitlines()[1].split()[:3] == ["real", "successful", "True"]
    assert "EngineSubstituted" not in platform.must("events")
    (model,) = get(platform.port, "/v1/models").json()["data"]
    assert (model["id"], model["max_model_len"]) == (engine.MODEL, 4096)


def test_a_chat_is_streamed_from_the_engine(platform: Platform):
    answer = request(platform.port, "POST", CHAT, ASKED).json()
    with Stream(platform.port, CHAT, ASKED) as stream:
        events = [event.data for event in stream]
    assert events[-1] == "[DONE]"
    text = "".join(content(json.loads(event)) for event in events[:-1])
    assert text == answer["choices"][0]["message"]["content"]
    assert answer["usage"]["completion_tokens"] == 12
    assert answer["system_fingerprint"].startswith("vllm-")


def test_the_frontend_knows_what_the_engine_will_see(platform: Platform):
    ids = request(platform.port, "POST", "/tokenize", {"messages": ASKED["messages"]}).json()["tokens"]
    chat = request(platform.port, "POST", CHAT, ASKED).json()
    completion = {name: value for name, value in ASKED.items() if name != "messages"} | {"prompt": ids}
    assert chat["usage"]["prompt_tokens"] == len(ids)
    answer = request(platform.port, "POST", "/v1/completions", completion).json()
    assert answer["choices"][0]["text"] == chat["choices"][0]["message"]["content"]


def test_tools_are_the_engine_s_business(platform: Platform):
    tool = {"type": "function", "function": {"name": "wind", "parameters": {"type": "object", "properties": {}}}}
    assert request(platform.port, "POST", CHAT, ASKED | {"tools": [tool], "tool_choice": "auto"}).status == 200


def test_the_engine_ends_with_the_platform(platform: Platform):
    assert platform.processes()
    platform.must("down", "--purge")
    eventually(lambda: not platform.processes(), "no process is left", within=30)
