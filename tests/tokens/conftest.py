"""Settings of every run."""

import gc
from collections.abc import Iterator

import pytest

# The answers are millions of lists without cycles; looking through them for cycles took a third of a long run.
gc.disable()


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """What is left of a test is looked through once, at its end."""
    yield
    gc.collect()
