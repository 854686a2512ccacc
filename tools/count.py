#!/usr/bin/python3
"""count.py PATH…: adds up the JUnit files given, or found below the folders given, as `N passed, N failed`.

The names of the tests that failed come first, a line each. A file that is not whole, as that of a run that was cut off,
counts as one of them.

With --at-least DIR it also fails when fewer tests ran than are recorded below DIR: a sanitizer run must not be
a smaller run.
"""

import argparse
import pathlib
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field


@dataclass
class Count:
    passed: int = 0
    failures: list[str] = field(default_factory=list)
    skipped: int = 0

    def add(self, case: ElementTree.Element) -> None:
        if case.find("failure") is not None or case.find("error") is not None or case.get("status") == "fail":
            self.failures.append(f"{case.get('classname', '')}::{case.get('name', '')}")
        elif case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
            self.skipped += 1
        else:
            self.passed += 1

    @property
    def total(self) -> int:
        return self.passed + len(self.failures) + self.skipped

    def __str__(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {len(self.failures)} failed{skipped}"


def count(paths: list[pathlib.Path]) -> Count:
    total = Count()
    for path in paths:
        for file in sorted(path.rglob("*.xml")) if path.is_dir() else [path]:
            try:
                cases = list(ElementTree.parse(file).iter("testcase"))
            except ElementTree.ParseError as error:
                total.failures.append(f"{file}: {error}")
                continue
            for case in cases:
                total.add(case)
    return total


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=pathlib.Path)
    parser.add_argument("--at-least", type=pathlib.Path)
    options = parser.parse_args()
    total = count(options.paths)
    for name in total.failures:
        print(f"failed: {name}")
    print(total)
    if options.at_least and total.total < count([options.at_least]).total:
        print(f"fewer tests than in {options.at_least}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
