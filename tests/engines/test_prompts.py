"""What the frontend makes of a conversation beside what the engine makes of it: prompt, ids, their number, the answer."""

import os
import pathlib
import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from engines.llama import wait_for_engine
from harness.clock import eventually
from harness.dynamo import Deployment
from harness.http import get, request
from harness.ports import free_port

MODEL = "tiny"
WORDS = "wind über 你好 мир 😀 12345 f(x) don't  \n\tend. <|im_end|> naïve हिन्दी a".split(" ")


@dataclass
class Served:
    frontend: int
    engine: int

    def ask(self, path: str, **body: object):
        answer = request(self.frontend, "POST", path, {"model": MODEL} | body)
        assert answer.status == 200, answer
        return answer.json()

    def ask_engine(self, path: str, **body: object):
        return request(self.engine, "POST", path, body).json()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The engine behind a worker, and a frontend that has the model's file."""
    deployment = Deployment(tmp_path_factory.mktemp("prompts"))
    port = free_port()
    model = os.environ["TINY_MODEL"]
    command = [os.environ["LLAMA_SERVER"], "--model", model, "--alias", MODEL, "--host", "127.0.0.1", "--port", str(port)]
    deployment.program("llama-server", [*command, "--ctx-size", "4096", "--threads", "1", "--jinja"])
    try:
        wait_for_engine(port)
        deployment.worker("--engine-url", f"http://127.0.0.1:{port}", engine=None, model=MODEL)
        frontend = deployment.frontend("--model-path", str(pathlib.Path(model)), models=(MODEL,)).port
        eventually(lambda: get(frontend, "/v1/models").json()["data"][0]["tokenizer"] == "frontend", "the model's file is read", within=30)
        yield Served(frontend, port)
    finally:
        deployment.end()


def conversations(count: int) -> Iterator[list[dict[str, str]]]:
    dice = random.Random(23)
    for _ in range(count):
        roles = ["system"] * dice.randint(0, 1) + ["user", "assistant"] * dice.randint(0, 3) + ["user"]
        yield [{"role": role, "content": " ".join(dice.choices(WORDS, k=dice.randint(1, 30)))} for role in roles]


def test_the_same_ids_as_the_engine(served: Served):
    for messages in conversations(100):
        prompt = served.ask_engine("/apply-template", messages=messages)["prompt"]
        theirs = served.ask_engine("/tokenize", content=prompt, add_special=True, parse_special=True)["tokens"]
        assert served.ask("/tokenize", messages=messages)["tokens"] == theirs, messages


def test_the_same_number_as_the_engine_reports(served: Served):
    for messages in conversations(30):
        usage = served.ask("/v1/chat/completions", messages=messages, max_tokens=1)["usage"]
        assert served.ask("/tokenize", messages=messages)["count"] == usage["prompt_tokens"], messages


def test_the_ids_give_the_same_answer_as_the_chat(served: Served):
    same = {"max_tokens": 12, "temperature": 0, "seed": 1, "ignore_eos": True}
    for messages in conversations(20):
        chat = served.ask("/v1/chat/completions", messages=messages, **same)
        ids = served.ask("/tokenize", messages=messages)["tokens"]
        completion = served.ask("/v1/completions", prompt=ids, **same)
        assert completion["choices"][0]["text"] == chat["choices"][0]["message"]["content"], messages


def test_the_way_back_is_the_prompt(served: Served):
    for messages in conversations(20):
        prompt = served.ask_engine("/apply-template", messages=messages)["prompt"]
        ids = served.ask("/tokenize", messages=messages)["tokens"]
        assert served.ask("/detokenize", tokens=ids)["prompt"] == prompt
