"""One vLLM for all tests of this folder, and a frontend that has the model's files before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from harness.clock import eventually
from harness.dynamo import Deployment
from harness.http import Answer, get, request
from harness.metrics import Scrape, scrape
from vllm import engine

PARSED = "parsed"
"""The same model by another name: one whose answers the frontend parses."""


@dataclass
class Served:
    deployment: Deployment
    engine: int
    frontend: int

    def ask_frontend(self, path: str, body: dict[str, Any]) -> Answer:
        return request(self.frontend, "POST", path, {"model": engine.MODEL} | body)

    def ask_engine(self, path: str, body: dict[str, Any]) -> Answer:
        return request(self.engine, "POST", path, {"model": engine.MODEL} | body)

    def rendered(self, body: dict[str, Any]) -> list[int] | None:
        """The ids that the engine would begin from; None when it refuses."""
        # The endpoint parses no answers, and it refuses tools that somebody might want to be found in one.
        answer = self.ask_engine("/v1/chat/completions/render", body | {"tool_choice": "none"})
        if answer.status == 200:
            return answer.json()["token_ids"]
        assert answer.status == 400, answer
        return [] if "No token_ids" in answer.text() else None

    def metrics(self) -> Scrape:
        return scrape(self.frontend)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    deployment = Deployment(tmp_path_factory.mktemp("vllm"))
    try:
        port = engine.start(deployment, "--enable-scale-out", "--trust-request-chat-template")
        url = f"http://127.0.0.1:{port}"
        deployment.worker("--engine-url", url, engine=None, model=engine.MODEL)
        parsers = ("--dyn-tool-call-parser", engine.TOOL_PARSER, "--dyn-reasoning-parser", "qwen3")
        deployment.worker("--engine-url", url, *parsers, engine=None, model=PARSED)
        frontend = deployment.frontend("--model-path", str(engine.FOLDER), models=(engine.MODEL, PARSED)).port
        eventually(lambda: tokenizers(frontend) == {"frontend"}, "the model's files are read")
        yield Served(deployment, port, frontend)
    finally:
        deployment.end()


def tokenizers(port: int) -> set[str]:
    """Who tokenizes the models that a frontend lists."""
    return {model["tokenizer"] for model in get(port, "/v1/models").json()["data"]}
