"""Templates drawn by lot: what the engine makes of each, beside jinja2."""

import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = HERE.parents[1] / "build/dev/src/jinja/jinja_test"
COUNT = os.environ.get("DYNAMO_TEMPLATE_EXPRESSIONS", "3000")
SEED = os.environ.get("DYNAMO_TEMPLATE_SEED", "1")


def test_expressions_are_those_of_jinja2(tmp_path: pathlib.Path):
    cases = tmp_path / "cases.jsonl"
    with cases.open("w") as file:
        subprocess.run([sys.executable, HERE / "expressions.py", COUNT, SEED], stdout=file, check=True, timeout=900)
    done = subprocess.run(
        [PROGRAM, "--gtest_filter=Cases.Drawn*"],
        env=os.environ | {"DYNAMO_JINJA_CASES": str(cases)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
