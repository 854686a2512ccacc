"""`dynamo tokenize` on GGUF files beside the engine that reads them: the same ids, whatever the vocabulary and the text."""

import json
import os
import pathlib
import random
from collections.abc import Iterator

import pytest

from engines.llama import wait_for_engine
from harness.dynamo import Deployment, run
from harness.http import request
from harness.ports import free_port

FILES = sorted(pathlib.Path(os.environ["TINY_VOCABULARIES"]).glob("*.gguf"))
TEXTS = [
    "Hello, world! It's 12345 o'clock; we'll see THEY'RE there.",
    "def f(x):\n    return x  +  1\n\n\n\t# done\r\n",
    "Привет, МирМир! Ёжик 2024-й год",
    "你好，世界。こんにちは カタカナ 한국어 1234567890",
    "ไทย ไม่มีช่องว่าง हिन्दी देवनागरी العربية ١٢٣",
    "😀👩‍👩‍👧‍👦🏳️‍🌈 é e\u0301 ﬁ Ⅷ ½ ²",
    "a" * 200 + " " * 50 + "-" * 30 + "\n" * 9,
    "tokens <|im_start|>user\nhi<|im_end|>\n and <|im_start|>",
    " leading and trailing ",
    "CamelCaseWords HTTPServer iPhone ABC abcDEF",
    "$100 <= 5% + `code` ~/path #tag @you [x](y) {z} |a| \\n ^2",
    "\u00a0\u2003\u200b\u3000 \u0085x\u2028y",
    "x",
]
ALPHABET = "aAbéZ0019 .,'!?-_\n\t  ßжЖ中の가ไ😀\u0301\u200d½Ⅷ$<>|`/\\"


def random_texts(count: int) -> Iterator[str]:
    dice = random.Random(17)
    for _ in range(count):
        yield "".join(dice.choices(ALPHABET, k=dice.randint(1, 40)))


@pytest.fixture(scope="module", params=FILES, ids=lambda file: file.stem)
def vocabulary(request, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[pathlib.Path, int]]:
    """A vocabulary and the port of an engine that has it."""
    deployment = Deployment(tmp_path_factory.mktemp("vocabulary"))
    port = free_port()
    deployment.program(
        "llama-server",
        [os.environ["LLAMA_SERVER"], "--model", str(request.param), "--host", "127.0.0.1", "--port", str(port), "--ctx-size", "256"],
    )
    try:
        wait_for_engine(port)
        yield request.param, port
    finally:
        deployment.end()


def test_every_text_has_the_engine_s_ids(vocabulary: tuple[pathlib.Path, int]):
    file, port = vocabulary
    texts = TEXTS + list(random_texts(300))
    done = run("tokenize", "--model", str(file), "--jsonl", stdin="".join(json.dumps(text) + "\n" for text in texts))
    assert done.returncode == 0, done.stderr
    ours = [json.loads(line) for line in done.stdout.splitlines()]
    theirs = [
        request(port, "POST", "/tokenize", {"content": text, "add_special": True, "parse_special": True}).json()["tokens"]
        for text in texts
    ]
    differing = [(text, ids, wanted) for text, ids, wanted in zip(texts, ours, theirs, strict=True) if ids != wanted]
    assert differing == [], f"{len(differing)} of {len(texts)} differ"
