"""Waiting: for a condition, with a deadline, never for a length of time."""

import os
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# How much slower than a plain build the binary under test may be (sanitizers).
PATIENCE = float(os.environ.get("DYNAMO_TEST_PATIENCE", "1"))
# How many bytes more it may hold: sanitizers keep freed memory for a while, to catch whoever uses it.
MEMORY_SLACK = 0 if PATIENCE == 1 else 512 * 1024 * 1024


def eventually(condition: Callable[[], T | None], what: str, within: float = 30.0, every: float = 0.02) -> T:
    """Returns the first truthy value of `condition`; fails with `what` and the last value after `within` seconds."""
    deadline = time.monotonic() + within * PATIENCE
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within * PATIENCE:g} s: {what} (last seen: {value!r})")
        time.sleep(every)


def stands_still(value: Callable[[], object], looks: int = 5) -> bool:
    """Whether looking a few times, a tenth of a second apart, always gives the same: that nothing happens takes time to see."""
    seen = set()
    for _ in range(looks):
        seen.add(value())
        time.sleep(0.1)
    return len(seen) == 1
