"""What the frontend makes of a request beside what the engine behind it makes of it: ids, their number, the answer."""

import json
from dataclasses import dataclass, field

import pytest

from harness.clock import eventually
from harness.dynamo import run
from harness.http import Stream
from templates.conversations import TEXTS, TOOLS
from vllm import engine
from vllm.bodies import Json, bodies
from vllm.conftest import PARSED, Served

CHAT = "/v1/chat/completions"
# The same answer every time, and one that goes on after the model has ended.
REPEATABLE = {"max_tokens": 12, "temperature": 0, "seed": 1, "ignore_eos": True}
FORBIDDEN = {"messages": [{"role": "user", "content": "hello"}, {"role": "user", "content": "forbidden"}]}
REFUSAL = "this model does not talk about that"
NAMED = {"type": "function", "function": {"name": "no_arguments"}}
WITH_TOOLS = {"messages": [{"role": "user", "content": "Which way does the wind blow?"}], "tools": TOOLS[:2]}


def accepted(served: Served, seed: int, count: int) -> list[tuple[dict[str, Json], list[int]]]:
    """Requests that frontend and engine answer, with the ids of their prompts: the frontend wants roles that the API knows."""
    known = [body for body in bodies(seed, count) if all(message["role"] != "critic" for message in body["messages"])]
    rendered = [(body, served.rendered(body)) for body in known]
    return [(body, ids) for body, ids in rendered if ids]


@dataclass
class Said:
    """What the chunks of a stream say together."""

    text: str = ""  # reasoning and content in turn
    calls: list[tuple[str, str]] = field(default_factory=list)
    finish: str | None = None

    def add(self, choice: Json) -> None:
        delta = choice["delta"]
        self.text += (delta.get("reasoning_content") or "") + (delta.get("content") or "")
        for call in delta.get("tool_calls") or []:
            self._add_call(call["index"], call["function"])
        self.finish = choice["finish_reason"] or self.finish

    def _add_call(self, index: int, function: dict[str, str]) -> None:
        if index == len(self.calls):
            self.calls.append(("", ""))
        name, arguments = self.calls[index]
        self.calls[index] = (name + (function.get("name") or ""), arguments + (function.get("arguments") or ""))


def said(port: int, body: dict[str, Json]) -> Said:
    out = Said()
    with Stream(port, CHAT, {"model": engine.MODEL} | body) as stream:
        for event in stream:
            for choice in json.loads(event.data)["choices"] if event.data != "[DONE]" else []:
                out.add(choice)
    return out


def test_the_ids_are_those_of_the_engine(served: Served):
    refused = 0
    for body in bodies(2, 300):
        want = served.rendered(body)
        answer = served.ask_frontend("/tokenize", body)
        if want is None:
            refused += 1
            assert answer.status == 400, body
        else:
            assert answer.json()["tokens"] == want, body
            assert answer.json()["count"] == len(want)
    assert 0 < refused < 100


def test_the_prompt_and_the_ids_that_the_engine_answers_from(served: Served):
    asked = accepted(served, 3, 60)
    lines = "".join(json.dumps(body) + "\n" for body, _ in asked)
    options = ("--model", str(engine.FOLDER), "--input", "request", "--tokens", "--jsonl")
    rendered = run("template", *options, stdin=lines).stdout.rstrip("\n").split("\n")
    told = {"return_prompt_text": True, "return_token_ids": True, "max_tokens": 1, "tool_choice": "none"}
    for (body, ids), line in zip(asked, rendered, strict=True):
        answer = served.ask_engine(CHAT, body | told).json()
        ours = json.loads(line)
        assert ours["prompt"] == answer["prompt_text"], body
        assert ours["ids"] == answer["prompt_token_ids"] == ids, body


@pytest.mark.parametrize("special", [{}, {"add_special_tokens": False}], ids=["default", "no_special_tokens"])
def test_tokenize_answers_as_the_engine_does(served: Served, special: dict[str, bool]):
    for text in TEXTS:
        body = {"prompt": text, "return_token_strs": True} | special
        ours, theirs = served.ask_frontend("/tokenize", body), served.ask_engine("/tokenize", body)
        assert ours.json() == theirs.json(), text


def test_tokenize_of_chats_answers_as_the_engine_does(served: Served):
    """The engine's endpoint knows fewer members than its chats do, so this is about the simple ones."""
    for text in TEXTS:
        messages = [{"role": "system", "content": text}, {"role": "user", "content": text}]
        body = {"messages": messages, "return_token_strs": True}
        ours, theirs = served.ask_frontend("/tokenize", body), served.ask_engine("/tokenize", body)
        assert ours.json() == theirs.json(), text


def test_dynamo_tokenize_has_the_ids_of_the_engine(served: Served):
    lines = "".join(json.dumps(text) + "\n" for text in TEXTS)
    done = run("tokenize", "--model", str(engine.FOLDER), "--jsonl", stdin=lines)
    theirs = [served.ask_engine("/tokenize", {"prompt": text}).json()["tokens"] for text in TEXTS]
    assert [json.loads(line) for line in done.stdout.splitlines()] == theirs


def test_the_way_back_is_that_of_the_engine(served: Served):
    for _, ids in accepted(served, 4, 60):
        body = {"tokens": ids}
        assert served.ask_frontend("/detokenize", body).json() == served.ask_engine("/detokenize", body).json()


def test_the_number_is_what_the_engine_reports_and_the_metric_counts(served: Served):
    def counted() -> float:
        return served.metrics().value("dynamo_frontend_input_sequence_tokens_sum", model=engine.MODEL)

    before, total = counted(), 0
    for body, ids in accepted(served, 5, 60):
        answer = served.ask_frontend(CHAT, body | {"max_tokens": 1, "tool_choice": "none"})
        assert answer.json()["usage"]["prompt_tokens"] == len(ids), body
        total += len(ids)
    eventually(lambda: counted() == before + total, "all prompts are counted, each once")


def test_the_ids_give_the_same_answer_as_the_chat(served: Served):
    for body, ids in accepted(served, 6, 60):
        chat = served.ask_frontend(CHAT, body | REPEATABLE | {"tool_choice": "none"}).json()
        completion = served.ask_frontend("/v1/completions", {"prompt": ids} | REPEATABLE).json()
        assert completion["choices"][0]["text"] == chat["choices"][0]["message"]["content"], body
        assert completion["usage"] == chat["usage"], body


def test_a_stream_says_what_the_engine_says(served: Served):
    for body, _ in accepted(served, 7, 20):
        asked = body | REPEATABLE | {"tool_choice": "none"}
        whole = served.ask_engine(CHAT, asked).json()["choices"][0]["message"]["content"]
        heard = said(served.frontend, asked)
        assert heard == said(served.engine, asked), body
        assert heard.text == whole, body


@pytest.mark.parametrize("path", ["/tokenize", CHAT])
def test_the_template_refuses_here_and_there_in_the_same_words(served: Served, path: str):
    ours, theirs = served.ask_frontend(path, FORBIDDEN), served.ask_engine(path, FORBIDDEN)
    assert (ours.status, theirs.status) == (400, 400)
    assert REFUSAL in ours.json()["error"]["message"]
    assert REFUSAL in theirs.json()["error"]["message"]


def test_prompts_that_do_not_fit_are_refused_here_and_there(served: Served):
    body = {"prompt": "hello " * 40_000, "max_tokens": 1}
    ours, theirs = served.ask_frontend("/v1/completions", body), served.ask_engine("/v1/completions", body)
    assert (ours.status, theirs.status) == (400, 400)
    assert "maximum context length" in ours.json()["error"]["message"]


@pytest.mark.parametrize("choice", ["auto", "none", "required", NAMED], ids=["auto", "none", "required", "named"])
def test_requests_with_tools_are_answered_as_the_engine_does(served: Served, choice: Json):
    asked = WITH_TOOLS | REPEATABLE | {"max_tokens": 40, "tool_choice": choice}
    heard = said(served.frontend, asked)
    assert heard == said(served.engine, asked)
    assert bool(heard.calls) == (choice not in ("auto", "none"))
    message = served.ask_frontend(CHAT, asked).json()["choices"][0]["message"]
    assert message["content"] or message["tool_calls"]


@pytest.mark.parametrize("choice", ["auto", "none"])
def test_parsers_lose_nothing_of_what_the_engine_says(served: Served, choice: str):
    for body, _ in accepted(served, 8, 20):
        asked = body | REPEATABLE | {"tools": TOOLS[:2], "tool_choice": choice}
        if served.rendered(asked) is None:
            continue
        whole = served.ask_engine(CHAT, asked).json()["choices"][0]["message"]["content"]
        heard = said(served.frontend, asked | {"model": PARSED})
        assert (heard.text, heard.calls) == (whole, []), body
