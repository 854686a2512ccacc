#!/usr/bin/env python3
"""tokens.py CORPORA [--short] [--repeat N]: our tokenizer beside the `tokenizers` library, in one run on the same texts.

CORPORA is the folder that bench/tokens/corpora.py fills; bench/tokens.sh makes it and calls this. Both work in one
thread on the same core and take turns; what is counted is CPU time. A process goes over its texts several times: `cold` is
the first time, with nothing in its caches, `warm` the median of the others. Every ratio is of neighbouring processes.
Ids that are not equal end the run. Raw results: build/bench/tokens.jsonl.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
from typing import Any

from measuring import RELEASE, RESULTS, ROOT, SUBJECT_CORE, keep

SUBJECTS = {
    "dynamo": [RELEASE / "bench" / "measure_tokens"],
    "library": [sys.executable, ROOT / "bench" / "tokens" / "library.py"],
}
VOCABULARIES = ["2k", "150k"]
TEXTS = ["english", "code", "chinese", "mixed"]
ROUNDS = 6
# The text is measured for what it does to a tokenizer, not for its speed: one time over it will do.
WORST_ROUNDS = 2
TEMPLATES = ["chatml", "hermes_tool_use", "llama31_tools", "kimi_k2"]
CALL = {"name": "get_weather", "arguments": {"city": "Paris", "unit": "celsius"}}
PARAMETERS = {"type": "object", "properties": {"city": {"type": "string", "description": "Where"}}, "required": ["city"]}
CHAT = {
    "messages": [
        {"role": "system", "content": "You are a helpful assistant."},
        {"role": "user", "content": "What is the weather in Paris, and what should I wear?"},
        {"role": "assistant", "content": "", "tool_calls": [{"id": "call_1", "type": "function", "function": CALL}]},
        {"role": "tool", "name": "get_weather", "tool_call_id": "call_1", "content": '{"degrees": 12, "rain": true}'},
        {"role": "user", "content": "And tomorrow?"},
    ],
    "tools": [
        {"type": "function", "function": {"name": name, "description": f"Tells the {name}.", "parameters": PARAMETERS}}
        for name in ("get_weather", "get_time", "search")
    ],
    "add_generation_prompt": True,
    "bos_token": "<s>",
    "eos_token": "</s>",
}


def ask(subject: str, *arguments: object) -> dict[str, Any]:
    argv = ["taskset", "--cpu-list", SUBJECT_CORE, *SUBJECTS[subject], *arguments]
    done = subprocess.run([str(word) for word in argv], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, argv))}\n{done.stdout}{done.stderr}")
    result = json.loads(done.stdout)
    keep("tokens", {"subject": subject, "asked": [str(word) for word in arguments]} | result)
    return result


class Measurement:
    """One kind of work on one text with one vocabulary, by both, several times."""

    def __init__(self, repeat: int, what: str, model: pathlib.Path, text: pathlib.Path, rounds: int):
        self._runs: list[dict[str, dict[str, Any]]] = []
        for _ in range(repeat):
            run = {subject: ask(subject, what, model, text, rounds) for subject in SUBJECTS}
            if run["dynamo"]["digest"] != run["library"]["digest"]:
                raise SystemExit(f"not the same tokens: {what} {model} {text}")
            self._runs.append(run)

    def speeds(self, subject: str, when: str, unit: str) -> list[float]:
        """Millions of `unit` per second of CPU time, one for each process; bytes are those of the file."""
        return [run["dynamo"][unit] / 1e6 / seconds(run[subject]["seconds"], when) for run in self._runs]

    def row(self, name: str, unit: str = "bytes") -> str:
        cells = [name]
        for when in ("cold", "warm"):
            ours, theirs = self.speeds("dynamo", when, unit), self.speeds("library", when, unit)
            ratios = [mine / other for mine, other in zip(ours, theirs)]
            cells += [f"{statistics.median(ours):.1f} / {statistics.median(theirs):.1f}", spread(ratios)]
        return f"| {' | '.join(cells)} |"


def seconds(rounds: list[float], when: str) -> float:
    return rounds[0] if when == "cold" or len(rounds) == 1 else statistics.median(rounds[1:])


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):.1f} ({min(values):.1f}–{max(values):.1f})"


def header(title: str, unit: str) -> None:
    print(f"\n| {title} | {unit} cold, dynamo / library | ratio | {unit} warm | ratio |\n|---|---|---|---|---|")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=pathlib.Path)
    parser.add_argument("--short", action="store_true", help="once, with one vocabulary: that it runs, and that ids are equal")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "tokens.jsonl").unlink(missing_ok=True)
    repeat, rounds = (1, 2) if options.short else (options.repeat, ROUNDS)
    vocabularies = VOCABULARIES[:1] if options.short else VOCABULARIES
    models = {name: options.corpora / f"{name}.json" for name in vocabularies}

    def measure(what: str, vocabulary: str, text: str, times: int = rounds) -> Measurement:
        return Measurement(repeat, what, models[vocabulary], options.corpora / text, times)

    header("encode", "MB/s")
    for vocabulary in vocabularies:
        for text in TEXTS:
            print(measure("encode", vocabulary, f"{text}.json").row(f"{text}, {vocabulary}"), flush=True)
    header("other work", "MB/s")
    for vocabulary in vocabularies:
        print(measure("offsets", vocabulary, "mixed.json").row(f"mixed with offsets, {vocabulary}"), flush=True)
        print(measure("turns", vocabulary, "turns.json").row(f"second turn of a chat, {vocabulary}"), flush=True)
    header("back to text", "Mtokens/s")
    for vocabulary in vocabularies:
        print(measure("decode", vocabulary, "mixed.json").row(f"whole answers, {vocabulary}", "tokens"), flush=True)
        streamed = measure("detokenize", vocabulary, "mixed.json")
        print(streamed.row(f"token by token, {vocabulary}", "tokens"), flush=True)
    header("worst cases, 1 MB", "MB/s")
    for text in sorted(options.corpora.glob("worst-*.txt")):
        for vocabulary in vocabularies:
            case = text.stem.removeprefix("worst-")
            print(measure("encode", vocabulary, text.name, WORST_ROUNDS).row(f"{case}, {vocabulary}"), flush=True)
    print("\n| chat template | µs to render | µs to read the template |\n|---|---|---|")
    for family in TEMPLATES:
        print(rendering(family), flush=True)
    print("\n| parser | MB/s | Mtokens/s | ns/B, worst 64 kB | ns/B, worst 1 MB |\n|---|---|---|---|---|")
    for row in parsing(0.1 if options.short else 1):
        print(row, flush=True)
    print("\n| loading | CPU ms, dynamo / library | MiB held | MiB at most |\n|---|---|---|---|")
    for vocabulary, model in models.items():
        print(loading(vocabulary, model, repeat), flush=True)


def rendering(family: str) -> str:
    """A chat of five messages with tools."""
    variables = RESULTS / "chat.json"
    variables.write_text(json.dumps(CHAT))
    template = ROOT / "tests" / "templates" / "families" / f"{family}.jinja"
    argv = ["taskset", "--cpu-list", SUBJECT_CORE, RELEASE / "bench" / "measure_templates", template, variables, "1"]
    result = json.loads(subprocess.run([str(word) for word in argv], capture_output=True, check=True).stdout)
    keep("tokens", {"template": family} | result)
    return f"| {family} | {result['render_us']:.1f} | {result['parse_us']:.0f} |"


def parsing(seconds: float) -> list[str]:
    """Every parser on an answer that comes in tokens of 4 bytes; those of tool calls on bad texts too."""
    argv = ["taskset", "--cpu-list", SUBJECT_CORE, RELEASE / "bench" / "measure_parsers", seconds]
    lines = subprocess.run([str(word) for word in argv], capture_output=True, check=True).stdout.splitlines()
    results: dict[str, dict[str, Any]] = {}
    for result in map(json.loads, lines):
        keep("tokens", result)
        kind = "tool" if result["kind"] == "growth" else result["kind"]
        results.setdefault(f"{kind} {result['parser']}", {}).update(result)
    return [
        f"| {name} | {result['mb_s']:.0f} | {result['mtokens_s']:.1f} | {growth(result, '64k')} | {growth(result, '1m')} |"
        for name, result in results.items()
    ]


def growth(result: dict[str, Any], size: str) -> str:
    return f"{result[f'ns_per_byte_{size}']:.0f}" if f"ns_per_byte_{size}" in result else ""


def loading(vocabulary: str, model: pathlib.Path, repeat: int) -> str:
    runs = {subject: [ask(subject, "load", model) for _ in range(repeat)] for subject in SUBJECTS}

    def both(value: str, scale: float = 1) -> str:
        return " / ".join(f"{statistics.median(run[value] * scale for run in runs[who]):.0f}" for who in SUBJECTS)

    return f"| {vocabulary} | {both('seconds', 1e3)} | {both('mib')} | {both('peak_mib')} |"


if __name__ == "__main__":
    main()
