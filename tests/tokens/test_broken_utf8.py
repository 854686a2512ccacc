"""Bytes that are not UTF-8: ours takes them as they are, the library what Python makes of them."""

import json
import os
import pathlib
import random
import subprocess

import pytest
from oracle import Oracle
from subject import BINARY
from texts import Writer, broken_bytes

MODELS = pathlib.Path(os.environ["TOKENIZER_FILES"])
TEXTS = 100


def damaged(dice: random.Random, text: str) -> bytes:
    """Some bytes lost, some put in."""
    data = bytearray(text.encode())
    for _ in range(dice.randint(1, 4)):
        at = dice.randint(0, len(data))
        data[at : at + dice.randint(0, 2)] = broken_bytes(dice)
    return bytes(data)


@pytest.mark.parametrize("name", ["family-gpt2", "family-llama3", "family-llama2", "family-bert-uncased", "family-t5"])
def test_broken_bytes_count_as_python_counts_them(name: str, tmp_path: pathlib.Path):
    oracle, dice = Oracle(MODELS / f"{name}.json"), random.Random(name)
    texts = [damaged(dice, text) for text in Writer(name, oracle.markers()).texts(TEXTS)]
    asked = [BINARY, "tokenize", "--model", str(MODELS / f"{name}.json"), "--json"]
    for number, text in enumerate(texts):
        path = tmp_path / str(number)
        path.write_bytes(text)
        asked += ["--filename", str(path)]
    done = subprocess.run(asked, capture_output=True, check=True, timeout=60)
    got = [json.loads(line) for line in done.stdout.splitlines()]
    want = oracle.encode([text.decode(errors="replace") for text in texts], True)
    different = [(text, w, g) for text, w, g in zip(texts, want, got, strict=True) if w != g]
    assert not different, min(different, key=lambda case: len(case[0]))
