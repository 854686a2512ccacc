"""What is not read exactly is refused, and the reason names it."""

import json
import os
import pathlib
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from subject import BINARY

MODELS = pathlib.Path(os.environ["TOKENIZER_FILES"])

Change = Callable[[dict[str, Any]], Any]


def put(part: str, **value: Any) -> Change:
    return lambda definition: definition.update({part: value})


def put_into_model(**value: Any) -> Change:
    return lambda definition: definition["model"].update(value)


def split_by(pattern: str) -> Change:
    return put("pre_tokenizer", type="Split", pattern={"Regex": pattern}, behavior="Isolated", invert=False)


REFUSED: dict[str, tuple[Change, str]] = {
    "dropout": (put_into_model(dropout=0.1), "dropout"),
    "unknown-model": (put_into_model(type="Oracle"), "Oracle"),
    "unknown-normalizer": (put("normalizer", type="Sparkle"), "Sparkle"),
    "unknown-pre-tokenizer": (put("pre_tokenizer", type="Guess"), "Guess"),
    "unknown-post-processor": (put("post_processor", type="Polish"), "Polish"),
    "unknown-decoder": (put("decoder", type="Enigma"), "Enigma"),
    "back-reference": (split_by(r"(.)\1"), "back reference"),
    "broken-pattern": (split_by(r"(a"), "pattern"),
    "merge-of-unknown-tokens": (put_into_model(merges=[["ab", "no such token"]]), "no such token"),
    "duplicate-token": (
        put_into_model(type="Unigram", unk_id=0, vocab=[["<unk>", 0.0], ["twice", -1.0], ["twice", -2.0]]),
        'token "twice"',
    ),
    "no-model": (lambda definition: definition.pop("model"), "model"),
    "unknown-special-token": (
        put(
            "post_processor",
            type="TemplateProcessing",
            single=[{"SpecialToken": {"id": "<gone>", "type_id": 0}}],
            pair=[],
            special_tokens={},
        ),
        "<gone>",
    ),
}

BROKEN_FILES = {"empty": b"", "not-json": b"\x00\x01\x02", "half": b'{"model": {"type": "BPE", "vocab": {"a"', "array": b"[]"}


def refusal(path: pathlib.Path) -> str:
    asked = [BINARY, "tokenize", "--model", str(path), "--jsonl"]
    done = subprocess.run(asked, input=b'"text"\n', capture_output=True, timeout=30)
    assert done.returncode > 0, "it was taken, or ended by a signal"
    assert done.stdout == b""
    return done.stderr.decode()


@pytest.mark.parametrize("name", REFUSED)
def test_the_feature_is_named(name: str, tmp_path: pathlib.Path):
    change, reason = REFUSED[name]
    definition = json.loads((MODELS / "model-bpe.json").read_text())
    change(definition)
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(definition))
    assert reason in refusal(path)


@pytest.mark.parametrize("name", BROKEN_FILES)
def test_the_file_is_named(name: str, tmp_path: pathlib.Path):
    path = tmp_path / "tokenizer.json"
    path.write_bytes(BROKEN_FILES[name])
    assert "tokenizer.json" in refusal(path)


def test_a_file_that_is_missing(tmp_path: pathlib.Path):
    assert "tokenizer.json" in refusal(tmp_path / "tokenizer.json")
