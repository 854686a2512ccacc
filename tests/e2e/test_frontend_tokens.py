"""Where a model's files are at hand, the frontend counts tokens itself: /tokenize, metrics, and what does not fit."""

import json
import pathlib
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from harness.clock import eventually
from harness.dynamo import Deployment, Role
from harness.http import request, try_get
from harness.tokenizer import ENDLESS_TEXT, tokens, write_endless_model, write_model

MODEL = "small"
CONTEXT = 200
IDS = {token: number for number, token in enumerate(tokens())}
CHAT = [{"role": "user", "content": "hello"}]
CHAT_TOKENS = ["<s>", "<|turn|>", *"user", "Ċ", "hello", "<|end|>", "Ċ", "<|turn|>", *"assistant", "Ċ"]


@pytest.fixture(scope="module")
def frontend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Role]:
    """Before a mock worker whose model card names the folder of its files."""
    home = tmp_path_factory.mktemp("tokens")
    deployment = Deployment(home)
    try:
        folder = write_model(home / "model")
        deployment.worker(
            "--model", str(folder), "--speedup-ratio", "100", "--max-model-len", str(CONTEXT), model=MODEL
        )
        role = deployment.frontend(models=(MODEL,))
        eventually(lambda: who_tokenizes(role.port) == "frontend", "the frontend has read the model's files")
        yield role
    finally:
        deployment.end()


def who_tokenizes(port: int) -> str | None:
    answer = try_get(port, "/v1/models")
    return answer.json()["data"][0].get("tokenizer") if answer and answer.json()["data"] else None


def post(port: int, path: str, **body: object):
    return request(port, "POST", path, body)


def test_tokenize_a_prompt(frontend: Role):
    answer = post(frontend.port, "/tokenize", model=MODEL, prompt="hello world")
    assert answer.status == 200
    assert answer.json() == {
        "count": 3,
        "max_model_len": CONTEXT,
        "tokens": [IDS["<s>"], IDS["hello"], IDS["Ġworld"]],
        "token_strs": None,
    }


def test_tokenize_a_chat(frontend: Role):
    answer = post(frontend.port, "/tokenize", model=MODEL, messages=CHAT, return_token_strs=True).json()
    assert answer["token_strs"] == CHAT_TOKENS
    assert answer["tokens"] == [IDS[token] for token in CHAT_TOKENS]
    assert answer["count"] == len(CHAT_TOKENS)


def test_detokenize(frontend: Role):
    answer = post(frontend.port, "/detokenize", model=MODEL, tokens=[IDS["hello"], IDS["Ġworld"]])
    assert answer.status == 200
    assert answer.json() == {"prompt": "hello world"}


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"prompt": 3}, "prompt"),
        ({"prompt": None, "messages": None}, "prompt"),
        ({"prompt": "hello", "messages": CHAT}, "prompt"),
        ({"prompt": "hello", "add_special_tokens": "yes"}, "add_special_tokens"),
        ({"prompt": "hello", "return_token_strs": 1}, "return_token_strs"),
        ({"messages": "hello"}, "messages"),
    ],
)
def test_a_wrong_field_is_named(frontend: Role, body: dict[str, object], param: str):
    answer = post(frontend.port, "/tokenize", model=MODEL, **body)
    assert answer.status == 400
    assert answer.json()["error"]["param"] == param


def test_null_is_absent(frontend: Role):
    answer = post(frontend.port, "/tokenize", model=MODEL, prompt="hello", messages=None, add_special_tokens=None)
    assert answer.json()["tokens"] == [IDS["<s>"], IDS["hello"]]


def test_a_prompt_beyond_the_context_is_refused_before_the_engine_is_asked(frontend: Role):
    answer = post(frontend.port, "/v1/completions", model=MODEL, prompt="hello" * CONTEXT, max_tokens=1)
    assert answer.status == 400
    error = answer.json()["error"]
    assert error["param"] == "prompt"
    assert f"maximum context length is {CONTEXT} tokens, but `prompt` has {CONTEXT + 1}" in error["message"]
    assert post(frontend.port, "/v1/completions", model=MODEL, prompt="hello" * (CONTEXT - 1), max_tokens=1).status == 200


def test_a_chat_beyond_the_context_is_refused(frontend: Role):
    messages = [{"role": "user", "content": "hello" * CONTEXT}]
    answer = post(frontend.port, "/v1/chat/completions", model=MODEL, messages=messages, max_tokens=1)
    assert answer.status == 400
    assert answer.json()["error"]["param"] == "messages"


def test_the_templates_own_words_reach_the_client(frontend: Role):
    messages = [{"role": "user", "content": "forbidden"}]
    answer = post(frontend.port, "/v1/chat/completions", model=MODEL, messages=messages)
    assert answer.status == 400
    assert "this model does not talk about that" in answer.json()["error"]["message"]


def test_a_template_that_only_the_engine_can_render_is_left_to_it(frontend: Role):
    messages = [{"role": "user", "content": "pretty"}]
    answer = post(frontend.port, "/tokenize", model=MODEL, messages=messages)
    assert answer.status == 501
    assert "pprint" in answer.json()["error"]["message"]
    assert post(frontend.port, "/v1/chat/completions", model=MODEL, messages=messages, max_tokens=1).status == 200


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/tokenize"])
def test_a_template_without_end_is_stopped_and_holds_up_nobody(frontend: Role, path: str):
    """It is tried on the loop's thread first, for a moment, and then beside it."""

    def tries() -> float:
        return frontend.metrics().value("dynamo_frontend_tokenizer_latency_ms_count", operation="tokenize")

    def answers_between_the_two_tries() -> bool:
        before = tries()
        messages = [{"role": "user", "content": "endless"}]
        with ThreadPoolExecutor(1) as beside:
            endless = beside.submit(post, frontend.port, path, model=MODEL, messages=messages)
            seen = set()
            while not wait([endless], timeout=0.02).done:
                seen.add(tries())
        assert endless.result().status == 400
        assert "takes more than 20000000 steps" in endless.result().json()["error"]["message"]
        assert tries() == before + 2
        return before + 1 in seen

    eventually(answers_between_the_two_tries, "a look falls between the two tries")


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/tokenize"])
@pytest.mark.parametrize(
    ("messages", "cause"),
    [
        ([], "at least one"),
        (["hello"], "messages[0]"),
        ([{"content": "hello"}], "role"),
        ([{"role": "user", "content": 5}], "content"),
        ([{"role": "user", "content": [{"type": "poem"}]}], "poem"),
        ([CHAT[0], {"role": "assistant", "tool_calls": "f()"}], "tool_calls"),
    ],
)
def test_messages_that_no_template_can_read_are_refused(frontend: Role, path: str, messages: list, cause: str):
    answer = post(frontend.port, path, model=MODEL, messages=messages)
    assert answer.status == 400
    assert cause in answer.json()["error"]["message"]


def test_prompts_are_counted_exactly(frontend: Role):
    def totals() -> tuple[float, float]:
        scraped = frontend.metrics()
        name = "dynamo_frontend_input_sequence_tokens"
        return scraped.value(f"{name}_count", model=MODEL), scraped.value(f"{name}_sum", model=MODEL)

    post(frontend.port, "/v1/completions", model=MODEL, prompt="hello", max_tokens=1)
    count, total = totals()
    for stream in (False, True):
        answer = post(frontend.port, "/v1/chat/completions", model=MODEL, messages=CHAT, max_tokens=2, stream=stream)
        assert answer.status == 200
    eventually(lambda: totals() == (count + 2, total + 2 * len(CHAT_TOKENS)), "both prompts are counted, once each")
    assert frontend.metrics().value("dynamo_frontend_tokenizer_latency_ms_count", operation="tokenize") > 0


def test_a_long_text_does_not_hold_up_others(frontend: Role):
    """Two megabytes, dealt with on another thread."""
    answer = post(frontend.port, "/tokenize", model=MODEL, prompt="hello world " * 180_000)
    assert answer.status == 200
    assert answer.json()["count"] > 360_000


def test_a_model_without_files_is_passed_through(deployment: Deployment):
    deployment.worker("--speedup-ratio", "100", model="elsewhere")
    frontend = deployment.frontend(models=("elsewhere",))
    eventually(lambda: who_tokenizes(frontend.port) == "engine", "the engine tokenizes")
    answer = post(frontend.port, "/tokenize", model="elsewhere", prompt="hello")
    assert answer.status == 501
    assert "--model-path" in answer.json()["error"]["message"]
    assert post(frontend.port, "/v1/completions", model="elsewhere", prompt="hello", max_tokens=1).status == 200
    frontend.process.wait_for_output("passed through")


def test_a_path_for_the_frontend_alone(deployment: Deployment, tmp_path: pathlib.Path):
    folder = write_model(tmp_path / "model")
    deployment.worker("--speedup-ratio", "100", model="elsewhere")
    frontend = deployment.frontend("--model-path", str(folder), models=("elsewhere",))
    eventually(lambda: who_tokenizes(frontend.port) == "frontend", "the frontend has read the files")
    assert post(frontend.port, "/tokenize", model="elsewhere", prompt="hello").json()["count"] == 2


def test_a_text_that_takes_too_long_is_left_to_the_engine(deployment: Deployment, tmp_path: pathlib.Path):
    deployment.worker("--speedup-ratio", "100", model=MODEL)
    folder = write_endless_model(tmp_path / "model")
    role = deployment.frontend("--model-path", str(folder), models=(MODEL,))
    eventually(lambda: who_tokenizes(role.port) == "frontend", "the frontend has read the files")
    answer = post(role.port, "/tokenize", model=MODEL, prompt=ENDLESS_TEXT)
    assert answer.status == 413
    assert "takes too long" in answer.json()["error"]["message"]
    assert post(role.port, "/v1/completions", model=MODEL, prompt=ENDLESS_TEXT, max_tokens=2).status == 200


def test_files_that_cannot_be_read_are_named(deployment: Deployment, tmp_path: pathlib.Path):
    (tmp_path / "tokenizer.json").write_text(json.dumps({"version": "1.0", "model": {"type": "Riddle"}}))
    deployment.worker("--speedup-ratio", "100", model="elsewhere")
    frontend = deployment.frontend("--model-path", str(tmp_path), models=("elsewhere",))
    output = frontend.process.wait_for_output("passed through")
    assert re.search("WARN.*passed through.*Riddle", output)
    answer = post(frontend.port, "/tokenize", model="elsewhere", prompt="hello")
    assert answer.status == 501
    assert "Riddle" in answer.json()["error"]["message"]
