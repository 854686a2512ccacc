"""The built binary as a tokenizer: JSON lines in, JSON lines out."""

import os
import pathlib
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

BINARY = os.environ.get("DYNAMO_BIN", "")

Ids = list[int]


@dataclass(frozen=True)
class Encoding:
    ids: Ids
    tokens: list[str]
    offsets: list[tuple[int, int]]


@dataclass(frozen=True)
class Subject:
    model: pathlib.Path

    def encode(self, texts: Sequence[str], add_special_tokens: bool) -> list[Ids]:
        flags = [] if add_special_tokens else ["--no-special-tokens"]
        return self._answers("tokenize", texts, *flags)

    def encode_with_offsets(self, texts: Sequence[str]) -> list[Encoding]:
        return [
            Encoding(answer["ids"], answer["tokens"], [tuple(offset) for offset in answer["offsets"]])
            for answer in self._answers("tokenize", texts, "--offsets")
        ]

    def decode(self, ids: Sequence[Ids], skip_special_tokens: bool) -> list[str]:
        flags = ["--skip-special-tokens"] if skip_special_tokens else []
        return self._answers("detokenize", ids, *flags)

    def _answers(self, command: str, asked: Sequence[Any], *flags: str) -> list[Any]:
        lines = b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in asked)
        done = subprocess.run(
            [BINARY, command, "--model", str(self.model), "--jsonl", *flags], input=lines, capture_output=True
        )
        if done.returncode != 0:
            raise AssertionError(f"dynamo {command} of {self.model.name}: {done.stderr.decode(errors='replace')}")
        answers = [orjson.loads(line) for line in done.stdout.split(b"\n")[:-1]]
        if len(answers) != len(asked):
            raise AssertionError(f"dynamo {command}: {len(answers)} answers to {len(asked)} lines")
        return answers
