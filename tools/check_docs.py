#!/usr/bin/python3
"""check_docs.py [ROOT]: what the documentation names must be there.

Checked in every *.md of the repository: relative links and their anchors, `make TARGET` and the files in back quotes
that look like paths of this repository. Prints one line per finding; exits with 1 when there is any.
"""

import pathlib
import re
import subprocess
import sys
from collections.abc import Iterable

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+\s+(.*)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
MAKE = re.compile(r"\bmake ([a-z][a-z-]*)\b")
CODE = re.compile(r"`([^`\n]+)`")
TOP_FOLDERS = ("bench/", "cmake/", "docs/", "examples/", "src/", "tests/", "tools/", ".ci/")


def anchor(heading: str) -> str:
    """The anchor that a forge makes of a heading."""
    plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", plain.lower()).strip().replace(" ", "-")


def anchors(document: pathlib.Path) -> set[str]:
    return {anchor(heading) for heading in HEADING.findall(FENCE.sub("", document.read_text()))}


def broken_links(root: pathlib.Path, document: pathlib.Path) -> Iterable[str]:
    for match in LINK.finditer(FENCE.sub("", document.read_text())):
        link = match[1] or match[2]
        if re.match(r"[a-z]+:", link):
            continue
        path, _, fragment = link.partition("#")
        target = document.parent / path if path else document
        if not target.exists():
            yield f"{document.relative_to(root)}: {link} leads nowhere"
        elif fragment and target.suffix == ".md" and fragment not in anchors(target):
            yield f"{document.relative_to(root)}: {link}: no such heading"


def code_in(text: str) -> str:
    """The parts of a document that are set as code."""
    return "\n".join([*FENCE.findall(text), *CODE.findall(FENCE.sub("", text))])


def unknown_targets(root: pathlib.Path, document: pathlib.Path) -> Iterable[str]:
    targets = set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(), re.MULTILINE))
    for name in sorted(set(MAKE.findall(code_in(document.read_text()))) - targets):
        yield f"{document.relative_to(root)}: there is no `make {name}`"


def missing_files(root: pathlib.Path, document: pathlib.Path) -> Iterable[str]:
    for code in CODE.findall(FENCE.sub("", document.read_text())):
        if code.startswith(TOP_FOLDERS) and re.fullmatch(r"[\w./-]+", code) and not (root / code).exists():
            yield f"{document.relative_to(root)}: `{code}` is not there"


def main() -> int:
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=root, capture_output=True, text=True, check=True,
    ).stdout.split()
    found = [
        finding
        for name in listed
        for check in (broken_links, unknown_targets, missing_files)
        for finding in check(root, root / name)
    ]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
