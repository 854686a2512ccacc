"""`dynamo template`: what a model will see of a conversation."""

import json
import pathlib
import re
import struct
from typing import Any

import pytest

from harness.dynamo import run

USAGE_ERROR = 2
FAILED = 1

CHATML = (
    "{% for message in messages %}{{ '<|' + message.role + '|>' + message.content + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
    "{{ '' if enable_thinking is not defined else enable_thinking }}"
)
PARTS = "{% for m in messages %}{% for part in m.content %}{{ part.text }};{% endfor %}{% endfor %}"
TOOL_USE = "{{ tools[0].function.name }} {{ messages[-1].tool_calls[0].function.arguments.city if messages[-1].tool_calls }}"
USER = {"role": "user", "content": "Grüezi"}

WORDS = {
    "version": "1.0",
    "added_tokens": [
        {
            "id": 4,
            "content": "<b>",
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
            "special": True,
        }
    ],
    "normalizer": None,
    "pre_tokenizer": {"type": "WhitespaceSplit"},
    "post_processor": {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "<b>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {"<b>": {"id": "<b>", "ids": [4], "tokens": ["<b>"]}},
    },
    "decoder": None,
    "model": {"type": "WordLevel", "vocab": {"?": 0, "wind": 1, "and": 2, "rain": 3}, "unk_token": "?"},
}
"""A tokenizer of a few words, which puts <b> before every text unless told not to."""


@pytest.fixture
def model(tmp_path: pathlib.Path) -> pathlib.Path:
    """A model's folder with three templates and a special token."""
    folder = tmp_path / "model"
    folder.mkdir()
    named = {"default": CHATML, "tool_use": TOOL_USE, "parts": PARTS, "token": "{{ bos_token }}|{{ strftime_now('%d %b %Y %H') }}"}
    config = {"bos_token": "<s>", "chat_template": [{"name": n, "template": t} for n, t in named.items()]}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return folder


def template(model: pathlib.Path, *flags: str, given: Any = None):
    return run("template", "--model", str(model), *flags, stdin=given if isinstance(given, str) else json.dumps(given))


def test_arguments_from_standard_input(model: pathlib.Path):
    done = template(model, given={"messages": [USER]})
    assert (done.returncode, done.stdout, done.stderr) == (0, "<|user|>Grüezi\n", "")


def test_arguments_from_a_file(model: pathlib.Path, tmp_path: pathlib.Path):
    file = tmp_path / "arguments.json"
    file.write_text(json.dumps({"messages": [USER], "add_generation_prompt": True}))
    assert template(model, "-f", str(file)).stdout == "<|user|>Grüezi\n<|assistant|>"


def test_texts_take_turns(model: pathlib.Path):
    done = template(model, "--system", "Be brief.", "Hi", "Hello!", "And you?")
    assert done.stdout == "<|system|>Be brief.\n<|user|>Hi\n<|assistant|>Hello!\n<|user|>And you?\n<|assistant|>"


def test_a_request_is_prepared_as_engines_do(model: pathlib.Path):
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"city": "Chur"}'}}
    request = {
        "model": "m",
        "messages": [USER, {"role": "assistant", "content": None, "tool_calls": [call]}],
        "tools": [{"type": "function", "function": {"name": "f"}}],
    }
    assert template(model, given=request).stdout == "f Chur"
    refused = template(model, "--input", "arguments", given=request)
    assert refused.returncode == FAILED or "Chur" not in refused.stdout


def test_parts_of_a_request_are_joined_or_kept_as_the_template_wants(model: pathlib.Path):
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    request = {"model": "m", "messages": [{"role": "user", "content": parts}]}
    assert template(model, given=request).stdout == "<|user|>a\nb\n<|assistant|>"
    assert template(model, "--template", "parts", given=request).stdout == "a;b;"


def test_the_clock_is_a_flag(model: pathlib.Path):
    flags = ["--template", "token", "--now", "2026-02-03T23:05:06+02:00"]
    assert template(model, *flags, given={"messages": [USER]}).stdout == "<s>|03 Feb 2026 23"


def test_more_variables(model: pathlib.Path):
    done = template(model, "--kwargs", '{"enable_thinking": false}', given={"messages": [USER]})
    assert done.stdout == "<|user|>Grüezi\nFalse"


def test_json(model: pathlib.Path):
    assert json.loads(template(model, "--json", "Hi").stdout) == {"prompt": "<|user|>Hi\n<|assistant|>"}


def test_lines_are_rendered_one_by_one_and_say_what_is_wrong_with_them(model: pathlib.Path):
    lines = [json.dumps({"messages": [USER]}), '{"messages": []}', "{", json.dumps({"messages": [USER] * 2})]
    done = template(model, "--jsonl", given="\n".join(lines) + "\n")
    first, empty, broken, last = (json.loads(line) for line in done.stdout.splitlines())
    assert done.returncode == FAILED
    assert (first, last) == ("<|user|>Grüezi\n", "<|user|>Grüezi\n" * 2)
    assert "at least one" in empty["error"]
    assert "JSON" in broken["error"]


def test_a_file_that_is_a_template(tmp_path: pathlib.Path):
    file = tmp_path / "own.jinja"
    file.write_text("{{ messages[0].content }}\n")
    assert template(file, "Hi").stdout == "Hi"


def test_a_template_that_raises_names_its_line(tmp_path: pathlib.Path):
    file = tmp_path / "own.jinja"
    file.write_text("{% if true %}\n{{ raise_exception('No!') }}\n{% endif %}")
    done = template(file, "Hi")
    assert done.returncode == FAILED
    assert done.stdout == ""
    assert "No!" in done.stderr
    assert "line 2" in done.stderr


def test_a_template_that_never_ends_is_ended(tmp_path: pathlib.Path):
    file = tmp_path / "own.jinja"
    file.write_text("{% for a in range(99999) %}" * 3 + "x" + "{% endfor %}" * 3)
    done = template(file, "Hi")
    assert done.returncode == FAILED
    assert done.stderr != ""


def _write(path: pathlib.Path, text: str) -> pathlib.Path:
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("flags", "given", "code", "message"),
    [
        pytest.param(["--template", "x"], {"messages": [USER]}, FAILED, r'no chat template "x".*default', id="name"),
        pytest.param(["--kwargs", "[]"], {"messages": [USER]}, USAGE_ERROR, "--kwargs must be", id="kwargs"),
        pytest.param(["--now", "soon"], {"messages": [USER]}, USAGE_ERROR, "--now must be", id="now"),
        pytest.param([], "{", USAGE_ERROR, "<stdin>: not valid JSON", id="no_json"),
        pytest.param([], "[]", USAGE_ERROR, "must be a JSON object", id="no_object"),
        pytest.param([], {}, FAILED, "messages is missing", id="no_messages"),
        pytest.param(["-f", "/nowhere.json"], None, FAILED, "/nowhere.json", id="no_file"),
        pytest.param(["-f", "/etc"], None, FAILED, "/etc: Is a directory", id="folder"),
        pytest.param(["-f", "x.json", "Hi"], None, USAGE_ERROR, "not both", id="file_and_texts"),
        pytest.param(["--input", "poem"], None, USAGE_ERROR, "--input", id="input"),
    ],
)
def test_mistakes(model: pathlib.Path, flags: list[str], given: Any, code: int, message: str):
    done = template(model, *flags, given=given)
    assert done.returncode == code, done.stderr
    assert re.search(message, done.stderr), done.stderr


def test_a_model_without_a_template_says_where_it_was_looked_for(tmp_path: pathlib.Path):
    done = template(tmp_path, "Hi")
    assert done.returncode == FAILED
    assert "chat_template.jinja" in done.stderr


def test_a_template_that_cannot_be_read_names_its_line(tmp_path: pathlib.Path):
    done = template(_write(tmp_path / "own.jinja", "\n{% if %}"), "Hi")
    assert done.returncode == FAILED
    assert "line 2" in done.stderr


def test_a_folder_may_hold_nothing_but_a_gguf_file(tmp_path: pathlib.Path):
    (tmp_path / "x.gguf").write_bytes(gguf({"tokenizer.chat_template": "{{ messages[0].content }}!"}))
    assert template(tmp_path, "Hi").stdout == "Hi!"
    (tmp_path / "x.gguf").write_bytes(gguf({"general.name": "x"}))
    done = template(tmp_path, "Hi")
    assert done.returncode == FAILED
    assert "x.gguf: the file holds no chat template" in done.stderr


def gguf(texts: dict[str, str]) -> bytes:
    """A file of that format with these texts in its head, and no tensors."""
    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value.encode())) + value.encode()

    kind_text = 8
    head = b"GGUF" + struct.pack("<IQQ", 3, 0, len(texts))
    return head + b"".join(text(name) + struct.pack("<I", kind_text) + text(value) for name, value in texts.items())


def test_help_says_what_the_input_may_be():
    text = run("template", "--help").stdout
    assert [word for word in ("arguments", "request", "--jsonl", "--now", "Exit codes") if word not in text] == []


@pytest.fixture
def tokenized(tmp_path: pathlib.Path) -> pathlib.Path:
    """A model's folder with a tokenizer of a few words, whose template begins as its tokenizer would."""
    _write(tmp_path / "tokenizer.json", json.dumps(WORDS))
    source = "<b>{% for m in messages %}{% generation %}{{ m.content }}{% endgeneration %}{% endfor %}"
    _write(tmp_path / "chat_template.jinja", source)
    return tmp_path


def test_tokens_of_the_prompt_and_no_more(tokenized: pathlib.Path):
    shown = json.loads(template(tokenized, "--tokens", "--json", "wind and snow").stdout)
    assert shown["prompt"] == "<b>wind and snow"
    assert shown["ids"] == [4, 1, 2, 0]
    assert shown["offsets"] == [[0, 3], [3, 7], [8, 11], [12, 16]]


def test_tokens_as_a_table(tokenized: pathlib.Path):
    rows = template(tokenized, "--tokens", "wind").stdout.splitlines()
    assert any(re.search(r"\b4\b.*<b>", row) for row in rows)
    assert any(re.search(r"\b1\b.*wind", row) for row in rows)


def test_what_generation_blocks_wrote(tokenized: pathlib.Path):
    shown = json.loads(template(tokenized, "--generated", "--json", "größe", "und").stdout)
    assert shown == {"prompt": "<b>größeund", "generated": [[3, 8], [8, 11]]}
    assert template(tokenized, "--generated", "wind").returncode == USAGE_ERROR


def test_tokens_need_a_tokenizer(model: pathlib.Path):
    done = template(model, "--tokens", "Hi")
    assert done.returncode == FAILED
    assert "tokenizer" in done.stderr
