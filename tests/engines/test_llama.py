"""A real llama.cpp server behind `dynamo worker`: attached by URL, and supervised as a command."""

import json
import os
import pathlib
from collections.abc import Iterator
from dataclasses import dataclass

import openai
import pytest

from engines.llama import wait_for_engine
from harness.clock import PATIENCE, eventually
from harness.dynamo import Deployment, Role
from harness.http import get, request, try_get
from harness.ports import free_port

MODEL = "tiny"
MESSAGES = [{"role": "user", "content": "hi"}]
SAME = {"model": MODEL, "seed": 1, "temperature": 0}
"""Asks for the same answer every time."""
UNENDED = {"ignore_eos": True}
ENDLESS = 1_000_000


def server_command(port: int) -> list[str]:
    return [
        os.environ["LLAMA_SERVER"],
        *("--model", os.environ["TINY_MODEL"], "--alias", MODEL),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--ctx-size", "4096", "--context-shift", "--parallel", "4", "--threads", "1"),
        *("--metrics", "--slots", "--jinja"),
    ]


@dataclass
class Served:
    deployment: Deployment
    engine_port: int
    worker: Role
    frontend: Role

    def busy_slots(self) -> int:
        return sum(slot["is_processing"] for slot in get(self.engine_port, "/slots").json())


def attached(deployment: Deployment) -> Served:
    """The engine runs already; the worker is told where."""
    port = free_port()
    deployment.program("llama-server", server_command(port))
    wait_for_engine(port)
    worker = deployment.worker("--engine-url", f"http://127.0.0.1:{port}", engine=None, model=MODEL)
    return Served(deployment, port, worker, deployment.frontend(models=(MODEL,)))


def supervised(deployment: Deployment) -> Served:
    """The worker starts the engine and ends it."""
    port = free_port()
    worker = deployment.worker(
        *("--engine-command", " ".join(server_command(port)), "--engine-url", f"http://127.0.0.1:{port}"),
        engine=None,
        model=MODEL,
    )
    return Served(deployment, port, worker, deployment.frontend(models=(MODEL,)))


@pytest.fixture(scope="module", params=[attached, supervised], ids=["attached", "supervised"])
def served(request, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    deployment = Deployment(tmp_path_factory.mktemp("llama"))
    try:
        yield request.param(deployment)
    finally:
        deployment.end()


@pytest.fixture
def client(served: Served) -> Iterator[openai.OpenAI]:
    url = f"http://127.0.0.1:{served.frontend.port}/v1"
    with openai.OpenAI(base_url=url, api_key="unused", max_retries=0, timeout=60 * PATIENCE) as client:
        yield client


def test_models(client):
    assert [model.id for model in client.models.list()] == [MODEL]


def test_chat(client):
    answer = client.chat.completions.create(**SAME, messages=MESSAGES, max_tokens=8, extra_body=UNENDED)
    assert answer.choices[0].message.role == "assistant"
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.completion_tokens == 8


def test_streamed_chat_with_usage(client):
    asked = SAME | {"messages": MESSAGES, "max_tokens": 32, "stream_options": {"include_usage": True}}
    with client.chat.completions.create(**asked, stream=True, extra_body=UNENDED) as stream:
        chunks = list(stream)
    assert chunks[-1].usage.completion_tokens == 32
    assert any(chunk.choices and chunk.choices[0].finish_reason == "length" for chunk in chunks)


def test_completion(client):
    answer = client.completions.create(**SAME, prompt="hi", max_tokens=4, extra_body=UNENDED)
    assert answer.usage.completion_tokens == 4


def test_the_stream_says_the_same_as_the_unary_answer(client):
    asked = SAME | {"messages": MESSAGES, "max_tokens": 24}
    whole = client.chat.completions.create(**asked, extra_body=UNENDED).choices[0].message.content
    with client.chat.completions.create(**asked, stream=True, extra_body=UNENDED) as stream:
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices) == whole


def test_fields_of_the_engine_pass_through(served: Served, client):
    """The engine itself is the measure: it gathers the tokens of one character in one entry."""
    asked = SAME | {"messages": MESSAGES, "max_tokens": 4, "logprobs": True, "top_logprobs": 2}
    own_fields = UNENDED | {"response_fields": None, "return_progress": False}
    of_engine = request(served.engine_port, "POST", "/v1/chat/completions", asked | own_fields).json()
    answer = client.chat.completions.create(**asked, extra_body=own_fields)

    def tokens(logprobs):
        return [[entry["token"], *(other["token"] for other in entry["top_logprobs"])] for entry in logprobs["content"]]

    passed_on = tokens(answer.choices[0].logprobs.model_dump())
    assert passed_on == tokens(of_engine["choices"][0]["logprobs"])
    assert passed_on and all(len(entry) == 3 for entry in passed_on)


def test_the_engine_s_refusal_reaches_the_client(client):
    # Longer than the engine's context; it answers 400 and says so.
    with pytest.raises(openai.BadRequestError) as refused:
        client.completions.create(model=MODEL, prompt="hello " * 8000, max_tokens=1)
    assert "context" in json.dumps(refused.value.body)


def test_unknown_model_does_not_reach_the_engine(client):
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="no-such-model", messages=MESSAGES)


def test_a_client_that_leaves_stops_the_engine(served: Served, client):
    asked = SAME | {"messages": MESSAGES, "max_tokens": ENDLESS}
    with client.chat.completions.create(**asked, stream=True, extra_body=UNENDED) as stream:
        next(iter(stream))
        assert served.busy_slots() == 1
    eventually(lambda: served.busy_slots() == 0, "the engine is idle", within=30)


def test_the_engine_s_own_metrics_are_passed_on(served: Served):
    assert "llamacpp:" in served.worker.metrics().text


def test_a_supervised_engine_ends_with_its_worker(tmp_path: pathlib.Path):
    deployment = Deployment(tmp_path)
    try:
        served = supervised(deployment)
        assert served.worker.process.terminate() == 0
        assert try_get(served.engine_port, "/health") is None
    finally:
        deployment.end()


def test_a_supervised_engine_ends_when_its_worker_is_killed(tmp_path: pathlib.Path):
    deployment = Deployment(tmp_path)
    try:
        served = supervised(deployment)
        served.worker.process.kill()
        eventually(lambda: try_get(served.engine_port, "/health") is None, "the engine is gone", within=30)
    finally:
        deployment.end()


def test_a_worker_ends_when_its_engine_dies(tmp_path: pathlib.Path):
    deployment = Deployment(tmp_path)
    try:
        served = supervised(deployment)
        engine = only_child(served.worker.process.pid)
        os.kill(engine, 9)
        assert served.worker.process.wait(30) == 1
    finally:
        deployment.end()


def only_child(pid: int) -> int:
    (child,) = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)
