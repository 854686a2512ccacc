"""The official Python client against a frontend before the mock engine."""

from collections.abc import Iterator

import openai
import pytest

from harness.clock import PATIENCE
from harness.dynamo import MODEL

MESSAGES = [{"role": "user", "content": "Say something."}]
MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def client(served) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(
        base_url=f"http://127.0.0.1:{served.port}/v1", api_key="unused", max_retries=0, timeout=30 * PATIENCE
    ) as client:
        yield client


def test_models(client):
    models = list(client.models.list())
    assert [model.id for model in models] == [MODEL]
    assert models[0].object == "model"
    assert models[0].owned_by


def test_chat(client):
    answer = client.chat.completions.create(model=MODEL, messages=MESSAGES, max_tokens=12)
    assert answer.object == "chat.completion"
    assert answer.model == MODEL
    choice = answer.choices[0]
    assert choice.message.role == "assistant"
    assert len(choice.message.content.split()) == 12
    assert choice.finish_reason == "length"
    assert answer.usage.completion_tokens == 12
    assert answer.usage.prompt_tokens > 0
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + 12


def test_chat_says_that_the_engine_is_a_mock(client):
    answer = client.chat.completions.create(model=MODEL, messages=MESSAGES, max_tokens=1)
    assert "mock" in answer.system_fingerprint


def test_chat_stream_with_usage(client):
    with client.chat.completions.create(
        model=MODEL, messages=MESSAGES, max_tokens=12, stream=True, stream_options={"include_usage": True}
    ) as stream:
        chunks = list(stream)
    assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
    assert len({chunk.id for chunk in chunks}) == 1
    assert chunks[0].choices[0].delta.role == "assistant"
    *body, last = chunks
    assert last.choices == []
    assert last.usage.completion_tokens == 12
    assert all(chunk.usage is None for chunk in body)
    assert body[-1].choices[0].finish_reason == "length"
    text = "".join(chunk.choices[0].delta.content or "" for chunk in body)
    assert len(text.split()) == 12


def test_chat_stream_without_usage(client):
    with client.chat.completions.create(model=MODEL, messages=MESSAGES, max_tokens=3, stream=True) as stream:
        assert all(chunk.choices and chunk.usage is None for chunk in stream)


def test_the_stream_says_the_same_as_the_unary_answer(client):
    asked = dict(model=MODEL, messages=MESSAGES, max_tokens=9, seed=7)
    whole = client.chat.completions.create(**asked).choices[0].message.content
    with client.chat.completions.create(**asked, stream=True) as stream:
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == whole


def test_completion(client):
    answer = client.completions.create(model=MODEL, prompt="Once upon a time", max_tokens=5)
    assert answer.object == "text_completion"
    assert len(answer.choices[0].text.split()) == 5
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.completion_tokens == 5


def test_completion_stream(client):
    with client.completions.create(model=MODEL, prompt="Once upon a time", max_tokens=5, stream=True) as stream:
        chunks = list(stream)
    assert {chunk.object for chunk in chunks} == {"text_completion"}
    assert len("".join(chunk.choices[0].text for chunk in chunks).split()) == 5


def test_max_tokens_defaults_to_16(client):
    answer = client.chat.completions.create(model=MODEL, messages=MESSAGES)
    assert answer.usage.completion_tokens == 16


def test_unknown_model(client):
    with pytest.raises(openai.NotFoundError) as error:
        client.chat.completions.create(model="no-such-model", messages=MESSAGES)
    assert error.value.status_code == 404
    assert error.value.body["message"] == "Model not found"


def test_bad_json(client):
    with pytest.raises(openai.BadRequestError) as error:
        client.post(
            "/chat/completions",
            cast_to=object,
            content=b'{"model": ',
            options={"headers": {"Content-Type": "application/json"}},
        )
    assert error.value.status_code == 400
    assert "not valid JSON" in error.value.body["message"]


def test_an_error_says_the_same_in_both_shapes(client):
    # OpenAI's, which clients read, and the flat one of the original.
    with pytest.raises(openai.NotFoundError) as error:
        client.chat.completions.create(model="no-such-model", messages=MESSAGES)
    body = error.value.response.json()
    assert (body["type"], body["code"]) == ("Not Found", 404)
    assert body["error"]["message"] == body["message"]


def test_missing_messages(client):
    with pytest.raises(openai.BadRequestError) as error:
        client.post("/chat/completions", cast_to=object, body={"model": MODEL})
    assert "messages" in error.value.body["message"]


def test_empty_messages(client):
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model=MODEL, messages=[])


def test_value_out_of_range(client):
    with pytest.raises(openai.BadRequestError) as error:
        client.chat.completions.create(model=MODEL, messages=MESSAGES, temperature=3)
    assert error.value.body["message"].startswith("Validation: ")
    assert "temperature" in error.value.body["message"]


def test_stream_options_without_stream(client):
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model=MODEL, messages=MESSAGES, stream_options={"include_usage": True})


def test_deprecated_functions_are_not_implemented(client):
    with pytest.raises(openai.InternalServerError) as error:
        client.chat.completions.create(model=MODEL, messages=MESSAGES, functions=[{"name": "f", "parameters": {}}])
    assert error.value.status_code == 501


def test_body_too_large(client):
    with pytest.raises(openai.APIStatusError) as error:
        client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "a" * (46 * MEGABYTE)}])
    assert error.value.status_code == 413


def test_the_frontend_goes_on_after_all_these_errors(client):
    assert client.chat.completions.create(model=MODEL, messages=MESSAGES).choices
