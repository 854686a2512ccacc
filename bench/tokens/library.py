#!/usr/bin/env python3
"""library.py: the `tokenizers` library, measured as measure_tokens measures ours; the same arguments and answers.

CPU time of one thread. `encode` is encode_batch_fast over all prompts in one call, which the library works through in
Rust without offsets; turning ids into Python lists is not counted. The other calls are those of one prompt each.
"""

import json
import os
import pathlib
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ["TOKENIZERS_PARALLELISM"] = "false"

from tokenizers import Tokenizer  # noqa: E402  # reads the variable when it is first used
from tokenizers.decoders import DecodeStream  # noqa: E402


def read_prompts(path: str) -> list[str]:
    """What is not UTF-8 is made so by Python, outside the time; ours does that itself."""
    data = pathlib.Path(path).read_bytes()
    return json.loads(data) if path.endswith(".json") else [data.decode(errors="replace")]


def digest(encoded: list[list[int]]) -> int:
    value = 7
    for ids in encoded:
        for token in ids:
            value = (value * 31 + token) % 2147483647
    return value


def timed(rounds: int, work: Callable[[], Any]) -> tuple[list[float], Any]:
    seconds, outcome = [], None
    for _ in range(rounds):
        outcome = None  # what was made in the round before is freed outside the time
        begin = time.process_time()
        outcome = work()
        seconds.append(time.process_time() - begin)
    return seconds, outcome


def encoding(tokenizer: Tokenizer, prompts: list[str], rounds: int, call: Callable[[list[str]], Any]) -> dict[str, Any]:
    seconds, encodings = timed(rounds, lambda: call(prompts))
    ids = [encoding.ids for encoding in encodings]
    size = sum(len(prompt.encode()) for prompt in prompts)
    return {"bytes": size, "tokens": sum(map(len, ids)), "digest": digest(ids), "seconds": seconds}


def encode(tokenizer: Tokenizer, prompts: list[str], rounds: int) -> dict[str, Any]:
    return encoding(tokenizer, prompts, rounds, lambda batch: tokenizer.encode_batch_fast(batch, add_special_tokens=False))


def offsets(tokenizer: Tokenizer, prompts: list[str], rounds: int) -> dict[str, Any]:
    return encoding(tokenizer, prompts, rounds, lambda batch: tokenizer.encode_batch(batch, add_special_tokens=False))


def turns(tokenizer: Tokenizer, prompts: list[str], rounds: int) -> dict[str, Any]:
    """The library knows no prefix: the second turn is encoded as any other prompt."""
    return encode(tokenizer, prompts[1::2], rounds)


def decoding(tokenizer: Tokenizer, prompts: list[str], rounds: int, call: Callable[[list[int]], str]) -> dict[str, Any]:
    encoded = [tokenizer.encode(prompt, add_special_tokens=False).ids for prompt in prompts]
    seconds, decoded = timed(rounds, lambda: [call(ids) for ids in encoded])
    size = sum(len(text.encode()) for text in decoded)
    return {"bytes": size, "tokens": sum(map(len, encoded)), "digest": digest(encoded), "seconds": seconds}


def decode(tokenizer: Tokenizer, prompts: list[str], rounds: int) -> dict[str, Any]:
    return decoding(tokenizer, prompts, rounds, tokenizer.decode)


def detokenize(tokenizer: Tokenizer, prompts: list[str], rounds: int) -> dict[str, Any]:
    """One call from Python for each token: it has no other interface for that."""

    def streamed(ids: list[int]) -> str:
        stream = DecodeStream(skip_special_tokens=True)
        return "".join(filter(None, (stream.step(tokenizer, token) for token in ids)))

    return decoding(tokenizer, prompts, rounds, streamed)


def status_mib(name: str) -> float:
    status = pathlib.Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith(name + ":"))


def load(path: str) -> dict[str, Any]:
    before = status_mib("VmRSS")
    (seconds,), tokenizer = timed(1, lambda: Tokenizer.from_file(path))
    mib, peak = status_mib("VmRSS") - before, status_mib("VmHWM") - before
    return {"vocabulary": tokenizer.get_vocab_size(), "seconds": seconds, "mib": mib, "peak_mib": peak}


WORK = {"encode": encode, "offsets": offsets, "turns": turns, "decode": decode, "detokenize": detokenize}


def main(what: str, model: str, *rest: str) -> None:
    if what == "load":
        print(json.dumps(load(model)))
        return
    prompts, rounds = rest
    print(json.dumps(WORK[what](Tokenizer.from_file(model), read_prompts(prompts), int(rounds))))


if __name__ == "__main__":
    main(*sys.argv[1:])
