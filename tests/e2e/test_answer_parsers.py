"""Reasoning and tool calls in answers of engines that give plain text; the echo engine says what a test wants to hear."""

import json
import pathlib

import openai
import pytest

from harness.clock import eventually
from harness.dynamo import Deployment
from harness.http import request
from harness.tokenizer import write_model

TOOLS = [
    {
        "type": "function",
        "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
    }
]
ANSWER = '<think>Which city?</think>I will look. <tool_call>{"name": "weather", "arguments": {"city": "Chur"}}</tool_call>'


def listed(port: int) -> list[dict]:
    return request(port, "GET", "/v1/models").json()["data"]


def client_of(deployment: Deployment) -> openai.OpenAI:
    frontend = deployment.frontend()
    return openai.OpenAI(base_url=f"http://127.0.0.1:{frontend.port}/v1", api_key="none", max_retries=0)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory):
    deployment = Deployment(tmp_path_factory.mktemp("parsers"))
    try:
        deployment.worker("--dyn-tool-call-parser", "hermes", "--dyn-reasoning-parser", "qwen3", engine="echo")
        yield client_of(deployment)
    finally:
        deployment.end()


def ask(client: openai.OpenAI, text: str, **more):
    return client.chat.completions.create(
        model="mock-model", messages=[{"role": "user", "content": text}], **({"tools": TOOLS} | more)
    )


def test_a_whole_answer(client: openai.OpenAI):
    choice = ask(client, ANSWER).choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.reasoning_content == "Which city?"
    assert choice.message.content == "I will look. "
    [call] = choice.message.tool_calls
    assert call.id.startswith("call_")
    assert call.function.name == "weather"
    assert json.loads(call.function.arguments) == {"city": "Chur"}


def test_a_streamed_answer(client: openai.OpenAI):
    reasoning, content, arguments, names, ends = "", "", "", [], []
    for chunk in ask(client, ANSWER, stream=True):
        [choice] = chunk.choices
        reasoning += getattr(choice.delta, "reasoning_content", None) or ""
        content += choice.delta.content or ""
        for call in choice.delta.tool_calls or []:
            assert call.index == 0
            names += [call.function.name] if call.function.name else []
            arguments += call.function.arguments or ""
        ends += [choice.finish_reason] if choice.finish_reason else []
    assert (reasoning, content, names, ends) == ("Which city?", "I will look. ", ["weather"], ["tool_calls"])
    assert json.loads(arguments) == {"city": "Chur"}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("text", "more"),
    [
        pytest.param('<tool_call>{"name": "other", "arguments": {}}</tool_call>', {}, id="unknown_tool"),
        pytest.param("<tool_call>nothing</tool_call>", {}, id="no_call"),
        pytest.param('<tool_call>{"name": "weather"}</tool_call>', {"tool_choice": "none"}, id="calls_forbidden"),
        pytest.param('<tool_call>{"name": "weather"}</tool_call>', {"tools": openai.NOT_GIVEN}, id="no_tools"),
    ],
)
def test_what_is_no_call_stays_text(client: openai.OpenAI, text: str, more: dict, stream: bool):
    answer = ask(client, text, stream=stream, **more)
    if stream:
        content = "".join(chunk.choices[0].delta.content or "" for chunk in answer)
    else:
        assert answer.choices[0].message.tool_calls is None
        assert answer.choices[0].finish_reason == "stop"
        content = answer.choices[0].message.content
    assert content == text


def test_several_choices_are_read_apart(client: openai.OpenAI):
    answer = ask(client, ANSWER, n=3)
    assert len({choice.message.tool_calls[0].id for choice in answer.choices}) == len(answer.choices) == 3
    assert {choice.message.reasoning_content for choice in answer.choices} == {"Which city?"}


@pytest.mark.parametrize(
    ("choice", "text", "reason"),
    [
        pytest.param("required", '[{"name": "weather", "parameters": {"city": "Chur"}}]', "tool_calls", id="required"),
        pytest.param({"type": "function", "function": {"name": "weather"}}, '{"city": "Chur"}', "stop", id="named"),
    ],
)
def test_a_demanded_call_may_be_bare_json(client: openai.OpenAI, choice: str | dict, text: str, reason: str):
    answer = ask(client, text, tool_choice=choice).choices[0]
    [call] = answer.message.tool_calls
    assert (call.function.name, json.loads(call.function.arguments)) == ("weather", {"city": "Chur"})
    assert answer.finish_reason == reason
    assert answer.message.content is None


def test_reasoning_that_the_prompt_has_opened(tmp_path: pathlib.Path):
    """The parser's format begins outside reasoning; the model's template is what says that an answer begins inside."""
    deployment = Deployment(tmp_path)
    try:
        folder = write_model(tmp_path / "model")
        (folder / "chat_template.jinja").write_text("{{ messages[0].content }}{% if thinks %}<think>\n{% endif %}")
        deployment.worker("--model", str(folder), "--dyn-reasoning-parser", "qwen3", engine="echo")
        client = client_of(deployment)
        port = client.base_url.port
        eventually(lambda: listed(port)[0]["tokenizer"] == "frontend", "the frontend has read the model's files")
        for thinks, reasoning, content in ((True, "Hm.", "Yes."), (False, None, "Hm.</think>Yes.")):
            kwargs = {"chat_template_kwargs": {"thinks": thinks}}
            message = ask(client, "Hm.</think>Yes.", extra_body=kwargs).choices[0].message
            assert (getattr(message, "reasoning_content", None), message.content) == (reasoning, content)
    finally:
        deployment.end()


def test_parsers_that_do_not_exist_are_said_and_text_passes(tmp_path: pathlib.Path):
    deployment = Deployment(tmp_path)
    try:
        worker = deployment.worker("--dyn-tool-call-parser", "hermez", "--dyn-reasoning-parser", "qwen4", engine="echo")
        client = client_of(deployment)
        assert ask(client, ANSWER).choices[0].message.content == ANSWER
        for process in (worker.process, deployment.processes[-1]):
            for what in ('no tool call parser \\"hermez\\"', 'no reasoning parser \\"qwen4\\"'):
                assert process.output().count(what) == 1, process.output()
    finally:
        deployment.end()
