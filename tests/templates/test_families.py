"""Chat templates on generated conversations: our prompts beside those of `transformers`.

The templates are those of families/, written in the style of public models, and the models' own, as llama.cpp
carries them for its tests.
"""

import os
import pathlib

import pytest

import subject
import transformers_oracle
from conversations import NEEDED, Arguments, conversations

HERE = pathlib.Path(__file__).resolve().parent
FAMILIES = sorted((HERE / "families").glob("*.jinja"))
PUBLISHED = sorted(pathlib.Path(os.environ["PUBLISHED_TEMPLATES"]).glob("*.jinja"))
COUNT = int(os.environ.get("DYNAMO_TEMPLATE_CONVERSATIONS", "300"))
SEED = int(os.environ.get("DYNAMO_TEMPLATE_SEED", "1"))
SHOWN = 3


@pytest.fixture(scope="session")
def drawn() -> list[Arguments]:
    return list(conversations(SEED, COUNT))


@pytest.mark.parametrize("family", [*FAMILIES, *PUBLISHED], ids=lambda path: path.stem)
def test_prompts_are_those_of_transformers(family: pathlib.Path, drawn: list[Arguments]):
    drawn = [arguments | NEEDED.get(family.stem, {}) for arguments in drawn]
    tokenizer = transformers_oracle.tokenizer_with(family.read_text())
    wanted = [transformers_oracle.render(tokenizer, arguments) for arguments in drawn]
    got = subject.render(family, drawn)
    different = [
        f"conversation {i} of seed {SEED}: {difference(want, have)}"
        for i, (want, have) in enumerate(zip(wanted, got, strict=True))
        if difference(want, have)
    ]
    assert not different, f"{len(different)} of {COUNT} differ:\n" + "\n".join(different[:SHOWN])
    assert any(want.prompt for want in wanted), "no conversation suits this template"


def difference(want: transformers_oracle.Rendering, have: subject.Output) -> str:
    """Where the two part ways; empty when they do not. What a template raises has to be passed on word for word;
    for other errors it is enough that there is one."""
    if want.prompt is not None:
        return "" if want.prompt == have.prompt else _parting(want.prompt, have)
    if have.error is None:
        return f"transformers refuses ({want.error}), we write {have.prompt!r:.200}"
    if want.raised and want.error != have.error:
        return f"the template raises {want.error!r}, we say {have.error!r}"
    return ""


def _parting(want: str, have: subject.Output) -> str:
    if have.prompt is None:
        return f"we refuse: {have.error}; transformers writes {want!r:.200}"
    at = next((i for i, (a, b) in enumerate(zip(want, have.prompt)) if a != b), min(len(want), len(have.prompt)))
    start = max(0, at - 60)
    return f"at character {at}:\n  want {want[start:at + 60]!r}\n  have {have.prompt[start:at + 60]!r}"
