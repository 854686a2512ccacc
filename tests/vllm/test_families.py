"""Every chat template of ../templates/families: the ids that `dynamo template` and vLLM make of the same requests."""

import json
import os
import pathlib
from typing import Any

import pytest

from harness.dynamo import run
from vllm import engine
from vllm.bodies import bodies
from vllm.conftest import Served

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "templates" / "families"
# A prompt that tells the second in which it was made is never made twice.
FAMILIES = [path for path in sorted(FOLDER.glob("*.jinja")) if "%S" not in path.read_text()]
COUNT = int(os.environ.get("DYNAMO_TEMPLATE_CONVERSATIONS", "60"))
SEED = int(os.environ.get("DYNAMO_TEMPLATE_SEED", "1"))
SHOWN = 3

REQUESTS = list(bodies(SEED, COUNT))


def with_template(folder: pathlib.Path, template: str) -> pathlib.Path:
    """The tiny model's tokenizer in `folder`, and this template."""
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).symlink_to(engine.FOLDER / name)
    (folder / "chat_template.jinja").write_text(template)
    return folder


def ours(model: pathlib.Path) -> list[Any]:
    lines = "".join(json.dumps(body) + "\n" for body in REQUESTS)
    done = run("template", "--model", str(model), "--input", "request", "--tokens", "--jsonl", stdin=lines)
    answers = [json.loads(line) for line in done.stdout.rstrip("\n").split("\n")]
    assert len(answers) == COUNT, done.stderr
    return answers


@pytest.mark.parametrize("family", FAMILIES, ids=lambda path: path.stem)
def test_the_ids_are_those_of_the_engine(served: Served, family: pathlib.Path, tmp_path: pathlib.Path):
    template = family.read_text()
    have = [answer.get("ids") for answer in ours(with_template(tmp_path, template))]
    want = [served.rendered(body | {"chat_template": template}) for body in REQUESTS]
    different = [
        f"conversation {i} of seed {SEED}: the engine has {wanted and len(wanted)} ids, we have {ids and len(ids)}"
        for i, (wanted, ids) in enumerate(zip(want, have, strict=True))
        if wanted != ids
    ]
    assert not different, f"{len(different)} of {COUNT} differ:\n" + "\n".join(different[:SHOWN])
    assert any(want), "no conversation suits this template"
