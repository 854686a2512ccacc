"""The smallest part of a question that still shows a difference."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Question = TypeVar("Question", bound=Sequence)

ROUNDS = 40
CANDIDATES = 400


def shrink(question: Question, differs: Callable[[list[Question]], list[bool]]) -> Question:
    """`differs` tells for each of many questions whether it shows the difference; asked once per round."""
    for _ in range(ROUNDS):
        candidates = list(smaller(question))
        if not candidates:
            break
        failing = [candidate for candidate, fails in zip(candidates, differs(candidates)) if fails]
        if not failing:
            break
        question = min(failing, key=len)
    return question


def smaller(question: Question) -> Iterator[Question]:
    """The question without one stretch of it: halves, quarters, … down to single elements."""
    size, made = len(question), 0
    width = size // 2
    while width >= 1:
        for begin in range(0, size, width):
            if made == CANDIDATES or width == size:
                return
            made += 1
            yield question[:begin] + question[begin + width :]
        width //= 2
