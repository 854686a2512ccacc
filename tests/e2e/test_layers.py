"""The layering is held by the build: an include that cmake/layers.cmake does not allow does not compile."""

import importlib.util
import json
import pathlib
import shlex
import subprocess

import pytest

from conftest import REPOSITORY
from harness.dynamo import BINARY

SOURCE = REPOSITORY / "src"


def load_tool(name: str):
    spec = importlib.util.spec_from_file_location(name, REPOSITORY / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


check_includes = load_tool("check_includes")
LAYERS = {
    layer: uses for layer, uses in check_includes.read_layers(REPOSITORY).items() if (SOURCE / layer / "CMakeLists.txt").exists()
}


def flags_of(layer: str) -> tuple[list[str], str]:
    """How the build compiles a source of that layer, without the precompiled header, and where."""
    commands = json.loads((pathlib.Path(BINARY).parent / "compile_commands.json").read_text())
    for command in commands:
        file = pathlib.Path(command["file"])
        if file.parent == SOURCE / layer and not file.name.endswith(("_test.cpp", "main.cpp")):
            return plain_flags(shlex.split(command["command"])), command["directory"]
    pytest.skip(f"{layer} has headers only")


def plain_flags(words: list[str]) -> list[str]:
    """The include paths and language flags among the words of a compile command."""
    kept = [word for word in words if word.startswith(("-I", "-std", "-D", "-fsanitize"))]
    for before, after in zip(words, words[1:]):
        if before == "-isystem":
            kept += [before, after]
    return kept


def compile_include(layer: str, header: str) -> subprocess.CompletedProcess[str]:
    flags, directory = flags_of(layer)
    return subprocess.run(
        ["clang++-19", *flags, "-fsyntax-only", "-x", "c++", "-"],
        input=f'#include "{header}"\n',
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )


def any_header(layer: str) -> str | None:
    headers = sorted((SOURCE / layer).glob("*.h"))
    return f"{layer}/{headers[0].name}" if headers else None


@pytest.mark.parametrize("layer", LAYERS)
def test_a_forbidden_include_does_not_compile(layer: str):
    forbidden = [other for other in LAYERS if other != layer and other not in LAYERS[layer]]
    for header in filter(None, map(any_header, forbidden)):
        done = compile_include(layer, header)
        assert done.returncode != 0, f"{layer} can include {header}"
        assert f"'{header}' file not found" in done.stderr


def test_an_allowed_include_compiles():
    done = compile_include("net", "base/error.h")
    assert done.returncode == 0, done.stderr


def test_this_repository_keeps_the_rules():
    found = subprocess.run([REPOSITORY / "tools" / "check_includes.py", REPOSITORY], capture_output=True, text=True, check=False)
    assert found.stdout == ""
    assert found.returncode == 0


@pytest.mark.parametrize(
    ("includes", "complaint"),
    [
        ({"base/a.h": ["base/b.h"], "base/b.h": ["base/a.h"]}, "a cycle of includes: base/a.h -> base/b.h -> base/a.h"),
        ({"base/a.h": ["net/b.h"]}, "src/base/a.h: base may not use net (net/b.h)"),
        ({"net/a.cpp": ["../base/b.h"]}, 'src/net/a.cpp: "../base/b.h" is not of the form "layer/file.h"'),
        ({"net/a.cpp": ["base/b.h", "net/a.h"], "net/a.h": []}, 'src/net/a.cpp: "net/a.h" is not the first include'),
        ({"attic/a.h": []}, "src/attic/a.h: attic is not a row of cmake/layers.cmake"),
    ],
)
def test_the_checker_finds(includes: dict[str, list[str]], complaint: str):
    assert complaint in list(check_includes.findings({"base": [], "net": ["base"]}, includes))


def test_the_checker_finds_a_cycle_of_layers():
    (found,) = check_includes.findings({"a": ["b"], "b": ["a"]}, {})
    assert found == "cmake/layers.cmake: a cycle of layers: a -> b -> a"


def test_the_checker_is_content_with_what_is_allowed():
    includes = {"base/b.h": [], "net/a.h": ["base/b.h"], "net/a.cpp": ["net/a.h", "base/b.h"]}
    assert list(check_includes.findings({"base": [], "net": ["base"]}, includes)) == []
