#!/usr/bin/python3
"""check_includes.py [ROOT]: the rules for #include that the compiler does not see.

Layers and their allowed edges are read from cmake/layers.cmake. Checked: the table has no cycle, files include each
other without a cycle, every include of ours reads "layer/file.h" (.inc for generated tables) along an allowed edge, a
.cpp includes its own header first, every header says `#pragma once`. Prints one line per finding; exits with 1 when
there is any.
"""

import pathlib
import re
import sys
from collections.abc import Iterable, Mapping

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
ROW = re.compile(r'^\s*"([a-z]+)\s*\|([a-z ]*)"\)?$', re.MULTILINE)

Graph = Mapping[str, Iterable[str]]


def read_layers(root: pathlib.Path) -> dict[str, list[str]]:
    """Which layers each layer may use."""
    text = (root / "cmake" / "layers.cmake").read_text()
    return {name: uses.split() for name, uses in ROW.findall(text)}


def read_includes(root: pathlib.Path) -> dict[str, list[str]]:
    """What each file under src/ includes in quotes; files are named as they are included, "layer/file.h"."""
    sources = sorted(path for suffix in ("*.h", "*.cpp") for path in (root / "src").rglob(suffix))
    return {str(path.relative_to(root / "src")): INCLUDE.findall(path.read_text()) for path in sources}


def find_cycle(graph: Graph) -> list[str] | None:
    """Some cycle as [a, b, …, a], or None."""
    done: set[str] = set()

    def visit(node: str, path: list[str]) -> list[str] | None:
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return None
        for next_node in graph.get(node, ()):
            if cycle := visit(next_node, [*path, node]):
                return cycle
        done.add(node)
        return None

    for start in graph:
        if cycle := visit(start, []):
            return cycle
    return None


def is_test(file: str) -> bool:
    return file.endswith(("_test.cpp", "_fuzz.cpp", "_fixture.h", "_fixture.cpp"))


def findings(layers: Graph, includes: Mapping[str, list[str]]) -> Iterable[str]:
    if cycle := find_cycle(layers):
        yield "cmake/layers.cmake: a cycle of layers: " + " -> ".join(cycle)
    if cycle := find_cycle(includes):
        yield "a cycle of includes: " + " -> ".join(cycle)
    for file, included in includes.items():
        yield from bad_paths(file, included)
        yield from bad_edges(layers, file, included)
        yield from own_header_not_first(file, included, includes)


def bad_paths(file: str, included: list[str]) -> Iterable[str]:
    for name in included:
        if not re.fullmatch(r"[a-z_]+/[a-z0-9_/]+\.(h|inc)", name):
            yield f'src/{file}: "{name}" is not of the form "layer/file.h"'


def bad_edges(layers: Graph, file: str, included: list[str]) -> Iterable[str]:
    own = file.split("/")[0]
    if own not in layers:
        yield f"src/{file}: {own} is not a row of cmake/layers.cmake"
        return
    for name in included:
        used = name.split("/")[0]
        # Tests may use more: their folder's CMakeLists.txt names it, and the compiler holds them to it.
        if used in layers and used != own and used not in layers[own] and not is_test(file):
            yield f"src/{file}: {own} may not use {used} ({name})"


def own_header_not_first(file: str, included: list[str], includes: Mapping[str, list[str]]) -> Iterable[str]:
    header = file.removesuffix(".cpp") + ".h"
    if file.endswith(".cpp") and header in includes and included[:1] != [header]:
        yield f'src/{file}: "{header}" is not the first include'


def without_pragma_once(root: pathlib.Path) -> Iterable[str]:
    for header in sorted((root / "src").rglob("*.h")):
        if "#pragma once" not in header.read_text():
            yield f"{header.relative_to(root)}: no #pragma once"


def main() -> int:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    found = [*findings(read_layers(root), read_includes(root)), *without_pragma_once(root)]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
