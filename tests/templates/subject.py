"""`dynamo template`, as a program that is run."""

import json
import os
import pathlib
import subprocess
from dataclasses import dataclass
from typing import Any

from transformers_oracle import NOW

BINARY = os.environ.get("DYNAMO_BIN", "")


@dataclass(frozen=True)
class Output:
    """One line of the program's output."""

    prompt: str | None = None
    error: str | None = None
    generated: list[list[int]] | None = None


def render(model: pathlib.Path, arguments: list[dict[str, Any]], *flags: str) -> list[Output]:
    """Renders every one of `arguments` with the templates of `model`."""
    lines = "".join(json.dumps(each) + "\n" for each in arguments)
    command = [BINARY, "template", "--model", str(model), "--now", NOW.isoformat(), "--jsonl", *flags]
    done = subprocess.run(command, input=lines.encode(), capture_output=True, timeout=600, check=False)
    outputs = [_output(json.loads(line)) for line in done.stdout.splitlines()]
    assert len(outputs) == len(arguments), f"exit code {done.returncode}: {done.stderr.decode()[-2000:]}"
    return outputs


def _output(line: Any) -> Output:
    return Output(prompt=line) if isinstance(line, str) else Output(**line)
