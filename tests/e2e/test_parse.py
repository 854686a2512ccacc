"""`dynamo parse`: what clients are told of a text that a model wrote."""

import json
import pathlib
import re
import subprocess

import pytest

from harness.dynamo import BINARY, run
from harness.process import plain_environment

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PAGE = REPOSITORY / "docs" / "reference" / "parsers.md"
USAGE_ERROR = 2
CALL = '<tool_call>{"name": "f", "arguments": {"n": 1, "s": "ü"}}</tool_call>'


def examples() -> list[tuple[str, str]]:
    """Commands of the reference page, each with what the page says that it prints."""
    found: list[tuple[str, str]] = []
    for block in re.findall(r"```console\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE):
        for example in block.split("$ dynamo ")[1:]:
            command, _, output = example.partition("\n")
            found.append((command, output))
    return found


@pytest.mark.parametrize(("command", "output"), examples())
def test_the_examples_of_the_reference_page(command: str, output: str):
    done = subprocess.run(
        ["bash", "-c", f'"$0" {command}', BINARY], capture_output=True, text=True, env=plain_environment(), timeout=30, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == output


def test_every_parser_has_an_example():
    listed = json.loads(run("parse", "--list", "--json").stdout)
    commands = " ".join(command for command, _ in examples())
    for kind in ("reasoning", "tool"):
        for parser in listed[kind]:
            assert f"--{kind}-parser {parser['name']} " in commands


def test_the_list_for_people():
    done = run("parse", "--list")
    assert done.returncode == 0
    assert re.search(r"^KIND +NAME +ALSO +READS$", done.stdout, re.MULTILINE)
    assert re.search(r"^tool +hermes +qwen25 +\S", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("texts", [["[a, b]"], ["[]"], ["[[1,2],3]", "[x]"], ["{}", "[a]b]"]])
def test_texts_in_brackets_are_taken_as_they_are(texts: list[str]):
    assert run("parse", "--jsonl", *texts).stdout.splitlines()[0] == json.dumps({"content": " ".join(texts)}, separators=(",", ":"))


def test_no_calls_are_looked_for_when_none_is_the_choice():
    done = run("parse", "--tool-parser", "hermes", "--tool-choice", "none", "--jsonl", CALL)
    assert json.loads(done.stdout.splitlines()[0]) == {"content": CALL}


def test_a_folder_is_no_text(tmp_path: pathlib.Path):
    (tmp_path / "a.json").write_text("{}")
    for flags in (["-f", str(tmp_path)], ["--tools", str(tmp_path), "text"]):
        done = run("parse", *flags)
        assert done.returncode == 1
        assert "Is a directory" in done.stderr


def test_json_is_the_message():
    done = run("parse", "--tool-parser", "hermes", "--json", "-f", "-", stdin="Ok. " + CALL)
    result = json.loads(done.stdout)
    assert result["finish_reason"] == "tool_calls"
    assert result["message"]["content"] == "Ok. "
    [call] = result["message"]["tool_calls"]
    assert re.fullmatch(r"call_[0-9A-Za-z]{24}", call["id"])
    assert call["function"]["name"] == "f"
    assert json.loads(call["function"]["arguments"]) == {"n": 1, "s": "ü"}


@pytest.mark.parametrize("pieces", ["1", "2", "7", "random", "all"])
def test_jsonl_adds_up_to_the_same_in_all_pieces(pieces: str):
    done = run("parse", "--tool-parser", "hermes", "--jsonl", "--pieces", pieces, "--seed", "3", stdin="Ök. " + CALL)
    *deltas, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert last == {"finish_reason": "tool_calls"}
    assert "".join(delta.get("content", "") for delta in deltas) == "Ök. "
    calls = [delta["tool_calls"][0] for delta in deltas if "tool_calls" in delta]
    assert [call["function"].get("name") for call in calls] == ["f"] + [None] * (len(calls) - 1)
    assert json.loads("".join(call["function"]["arguments"] for call in calls)) == {"n": 1, "s": "ü"}


def test_tools_check_names_and_type_values(tmp_path: pathlib.Path):
    schema = {"type": "object", "properties": {"n": {"type": "integer"}, "s": {"type": "string"}}}
    file = tmp_path / "request.json"
    file.write_text(json.dumps({"tools": [{"type": "function", "function": {"name": "f", "parameters": schema}}]}))
    text = "<function=f><parameter=n>5</parameter><parameter=s>5</parameter></function><function=g></function>"
    done = run("parse", "--tool-parser", "qwen3_coder", "--tools", str(file), "--json", text)
    message = json.loads(done.stdout)["message"]
    assert json.loads(message["tool_calls"][0]["function"]["arguments"]) == {"n": 5, "s": "5"}
    assert len(message["tool_calls"]) == 1
    assert message["content"] == "<function=g></function>"


def test_a_forced_tool_takes_bare_arguments():
    done = run("parse", "--tool-parser", "hermes", "--tool-choice", "f", "--json", '{"a": 1}')
    [call] = json.loads(done.stdout)["message"]["tool_calls"]
    assert call["function"] == {"name": "f", "arguments": '{"a": 1}'}


def test_colours_only_where_they_are_wanted():
    assert "\x1b[" not in run("parse", "hi").stdout
    assert "\x1b[" in run("parse", "--color", "always", "hi").stdout


@pytest.mark.parametrize(
    ("flags", "complaint"),
    [
        pytest.param(["--tool-parser", "hermez"], 'no tool call parser "hermez"; there are deepseek-v4, ', id="tool_parser"),
        pytest.param(["--reasoning-parser", "x"], 'no reasoning parser "x"; there are basic, ', id="reasoning_parser"),
        pytest.param(["--pieces", "0"], "--pieces must be a number from 1", id="pieces"),
        pytest.param(["--json", "--jsonl"], "exclude each other", id="two_forms"),
        pytest.param(["-f", "-"], "not both", id="two_inputs"),
    ],
)
def test_wrong_usage(flags: list[str], complaint: str):
    done = run("parse", *flags, "text")
    assert done.returncode == USAGE_ERROR
    assert complaint in done.stderr


def test_tools_must_be_tools(tmp_path: pathlib.Path):
    file = tmp_path / "tools.json"
    file.write_text('[{"type": "function"}]')
    done = run("parse", "--tool-parser", "hermes", "--tools", str(file), "text")
    assert done.returncode == USAGE_ERROR
    assert "tools[0]: `name` must be the name of a function" in done.stderr
