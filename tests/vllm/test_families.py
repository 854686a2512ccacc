"""Chat templates, ours and published ones: the ids that `dynamo template` and vLLM make of the same requests."""

import json
import os
import pathlib
from typing import Any

import pytest

from harness.dynamo import run
from templates.conversations import NEEDED
from vllm import engine
from vllm.bodies import bodies
from vllm.conftest import Served

FOLDERS = [
    pathlib.Path(__file__).resolve().parents[1] / "templates" / "families",
    pathlib.Path(os.environ["PUBLISHED_TEMPLATES"]),
]
# A prompt that tells the second in which it was made is never made twice.
FAMILIES = [path for folder in FOLDERS for path in sorted(folder.glob("*.jinja")) if "%S" not in path.read_text()]
COUNT = int(os.environ.get("DYNAMO_TEMPLATE_CONVERSATIONS", "30"))
SEED = int(os.environ.get("DYNAMO_TEMPLATE_SEED", "1"))
SHOWN = 3

REQUESTS = list(bodies(SEED, COUNT))


def with_template(folder: pathlib.Path, template: str) -> pathlib.Path:
    """The tiny model's tokenizer in `folder`, and this template."""
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).symlink_to(engine.FOLDER / name)
    (folder / "chat_template.jinja").write_text(template)
    return folder


def requests_for(family: str) -> list[dict[str, Any]]:
    kwargs = NEEDED.get(family, {})
    return [body | {"chat_template_kwargs": body.get("chat_template_kwargs", {}) | kwargs} for body in REQUESTS]


def ours(model: pathlib.Path, requests: list[dict[str, Any]]) -> list[Any]:
    lines = "".join(json.dumps(body) + "\n" for body in requests)
    done = run("template", "--model", str(model), "--input", "request", "--tokens", "--jsonl", stdin=lines)
    answers = [json.loads(line) for line in done.stdout.rstrip("\n").split("\n")]
    assert len(answers) == COUNT, done.stderr
    return answers


@pytest.mark.parametrize("family", FAMILIES, ids=lambda path: path.stem)
def test_the_ids_are_those_of_the_engine(served: Served, family: pathlib.Path, tmp_path: pathlib.Path):
    template, requests = family.read_text(), requests_for(family.stem)
    have = [answer.get("ids") for answer in ours(with_template(tmp_path, template), requests)]
    want = [served.rendered(body | {"chat_template": template}) for body in requests]
    different = [
        f"conversation {i} of seed {SEED}: the engine has {wanted and len(wanted)} ids, we have {ids and len(ids)}"
        for i, (wanted, ids) in enumerate(zip(want, have, strict=True))
        if wanted != ids
    ]
    assert not different, f"{len(different)} of {COUNT} differ:\n" + "\n".join(different[:SHOWN])
    assert any(want), "no conversation suits this template"
