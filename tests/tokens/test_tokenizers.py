"""Every tokenizer of recipes.py: the built binary and the real library say the same of random texts.

DYNAMO_TOKENS_TEXTS is the number of texts of each tokenizer whose tokens and offsets are compared; for ids alone, with
and without special tokens, and for decoding it is a quarter of that. DYNAMO_TOKENS_SEED is the seed. A difference is
reported with the smallest text that shows it. Some tokenizers are also asked for every character that there is.
"""

import os
import pathlib
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from oracle import Oracle
from recipes import RECIPES
from shrink import shrink
from subject import Ids, Subject
from texts import Writer

MODELS = pathlib.Path(os.environ["TOKENIZER_FILES"])
TEXTS = int(os.environ.get("DYNAMO_TOKENS_TEXTS", "600"))
SEED = os.environ.get("DYNAMO_TOKENS_SEED", "1")
BATCH = 5000
SHOWN = 3

# Those whose rules are tables of characters, and in long runs every one.
LONG = 50_000
BY_CHARACTER = [
    *(f"normalizer-{kind}" for kind in ("nfkc", "nfkd", "lowercase", "strip-accents", "bert", "precompiled", "nmt")),
    *(f"pre-tokenizer-{kind}" for kind in ("whitespace", "digits", "bert", "unicode-scripts", "punctuation-isolated")),
    *(f"pre-tokenizer-split-{kind}" for kind in ("classes", "o200k", "kimi")),
]
PLANES = (0, 1, 2, 3, 0xE)  # the others are empty or private
CHARACTERS_PER_TEXT = 64


class Pair:
    """The same tokenizer file read by both."""

    def __init__(self, name: str):
        path = MODELS / f"{name}.json"
        self.subject = Subject(path)
        self.oracle = Oracle(path)

    def writer(self, kind: str) -> Writer:
        return Writer(f"{SEED}/{self.subject.model.stem}/{kind}", self.oracle.markers())

    def check(self, ask: Callable[[Any, Sequence[Any]], list[Any]], batches: Iterator[list[Any]]) -> None:
        """Asks both with `ask`; fails with the smallest questions that they answer differently."""
        answered = total = 0
        for batch in batches:
            got, want = self._both(ask, batch)
            different = [question for question, g, w in zip(batch, got, want) if w is not None and g != w]
            if different:
                pytest.fail(self._report(ask, different, len(batch)), pytrace=False)
            answered += sum(w is not None for w in want)
            total += len(batch)
        assert answered > 0.9 * total, f"the library itself failed in {total - answered} of {total} cases"

    def differing(self, groups: list[list[int]]) -> list[list[int]]:
        """The groups of characters that are not treated equally, each character between two letters."""
        if not groups:
            return []
        asked = ["".join(f"x{chr(point)}y" for point in group) for group in groups]
        got, want = self._both(lambda side, batch: side.encode_with_offsets(batch), asked)
        return [group for group, g, w in zip(groups, got, want) if g != w]

    def _both(self, ask: Callable[[Any, Sequence[Any]], list[Any]], batch: list[Any]) -> tuple[list[Any], list[Any]]:
        return ask(self.subject, batch), ask(self.oracle, batch)

    def _report(self, ask: Callable[[Any, Sequence[Any]], list[Any]], different: list[Any], total: int) -> str:
        def differs(candidates: list[Any]) -> list[bool]:
            got, want = self._both(ask, candidates)
            return [w is not None and g != w for g, w in zip(got, want)]

        lines = [f"{len(different)} of {total} differ: {self.subject.model}"]
        for question in sorted(different, key=len)[:SHOWN]:
            smallest = shrink(question, differs)
            got, want = self._both(ask, [smallest])
            lines += [f"  asked    {smallest!a}", f"  library  {want[0]!a}", f"  dynamo   {got[0]!a}"]
        return "\n".join(lines)


def texts(writer: Writer, count: int) -> Iterator[list[str]]:
    for begin in range(0, count, BATCH):
        yield writer.texts(min(BATCH, count - begin))


def sequences_of_ids(pair: Pair) -> Iterator[list[Ids]]:
    """What texts became, what texts became with some tokens changed, and any tokens at all."""
    dice, writer, every = random.Random(SEED), pair.writer("ids"), pair.oracle.ids_in_use()
    for batch in texts(writer, TEXTS // 4):
        encoded = [ids or [] for ids in pair.oracle.encode(batch, True)]
        for number, ids in enumerate(encoded):
            if number % 3 == 1:
                encoded[number] = [dice.choice(every) if dice.random() < 0.2 else token for token in ids]
            elif number % 3 == 2:
                encoded[number] = dice.choices(every, k=dice.randint(0, 12))
        yield encoded


@pytest.mark.parametrize("name", RECIPES)
def test_tokens_and_offsets(name: str):
    pair = Pair(name)
    pair.check(lambda side, batch: side.encode_with_offsets(batch), texts(pair.writer("offsets"), TEXTS))


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("special", [True, False], ids=["special", "bare"])
def test_ids_alone(name: str, special: bool):
    pair = Pair(name)
    pair.check(lambda side, batch: side.encode(batch, special), texts(pair.writer(f"ids-{special}"), TEXTS // 4))


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("skip", [True, False], ids=["skip", "keep"])
def test_decoded_text(name: str, skip: bool):
    pair = Pair(name)
    pair.check(lambda side, batch: side.decode(batch, skip), sequences_of_ids(pair))


@pytest.mark.parametrize("name", RECIPES if TEXTS >= LONG else BY_CHARACTER)
def test_every_character(name: str):
    pair = Pair(name)
    for plane in PLANES:
        points = [point for point in range(plane << 16, (plane + 1) << 16) if not 0xD800 <= point < 0xE000]
        groups = [points[at : at + CHARACTERS_PER_TEXT] for at in range(0, len(points), CHARACTERS_PER_TEXT)]
        suspects = [point for group in pair.differing(groups) for point in group]
        different = [group[0] for group in pair.differing([[point] for point in suspects])]
        assert not different, f"{name}: {', '.join(map(hex, different[:200]))}"
