#!/usr/bin/python3
"""tidy.py BUILD [FILE…]: runs clang-tidy over the sources of a build folder, or over some of them.

A source is looked at again only when it, a header of ours that it includes, .clang-tidy or clang-tidy itself has
changed since it was found clean; what it includes is taken from the build, which therefore must be up to date. What
was found clean is recorded by content in the cache folder (DYNAMO_CACHE), so that other clones know it too.

The sources that were committed last come first. With --minutes N no further source is begun after N minutes; how many
are left for the next run is said.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
TIDY = "clang-tidy-19"


def output_of(*command: str | pathlib.Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout


def sources(build: pathlib.Path) -> list[pathlib.Path]:
    commands = json.loads((build / "compile_commands.json").read_text())
    files = {pathlib.Path(command["file"]) for command in commands}
    return sorted(file for file in files if file.is_relative_to(ROOT) and not file.is_relative_to(build))


def headers(build: pathlib.Path) -> dict[pathlib.Path, list[pathlib.Path]]:
    """The files of this repository that each source is made of, from Ninja's dependency log."""
    found: dict[pathlib.Path, list[pathlib.Path]] = {}
    for block in output_of("ninja", "-C", build, "-t", "deps").split("\n\n"):
        names = {pathlib.Path(os.path.realpath(build / line.strip())) for line in block.splitlines()[1:]}
        ours = sorted(name for name in names if name.is_relative_to(ROOT) and not name.is_relative_to(build))
        for name in ours:
            if name.suffix == ".cpp":
                found[name] = ours
    return found


def fingerprint(version: str, files: list[pathlib.Path]) -> str:
    digest = hashlib.sha256(version.encode())
    for file in [ROOT / ".clang-tidy", *files]:
        digest.update(f"\0{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def ages() -> dict[pathlib.Path, int]:
    """The position of each committed file in the history, 0 = of the last commit."""
    order: dict[pathlib.Path, int] = {}
    for line in output_of("git", "log", "--format=", "--name-only").splitlines():
        order.setdefault(ROOT / line, len(order))
    return order


class Record:
    """The fingerprints that were found clean, a file each: runs beside each other do not disturb one another."""

    def __init__(self) -> None:
        home = os.environ.get("XDG_CACHE_HOME") or f"{os.environ['HOME']}/.cache"
        self.folder = pathlib.Path(os.environ.get("DYNAMO_CACHE") or f"{home}/dynamo") / "tidy"
        self.folder.mkdir(parents=True, exist_ok=True)

    def knows(self, print_of_file: str) -> bool:
        return (self.folder / print_of_file).exists()

    def add(self, print_of_file: str) -> None:
        (self.folder / print_of_file).touch()

    def forget_older_than(self, days: float) -> None:
        for entry in self.folder.iterdir():
            if entry.stat().st_mtime < time.time() - days * 86400:
                entry.unlink(missing_ok=True)


def check(build: pathlib.Path, file: pathlib.Path, deadline: float) -> str | None:
    """What clang-tidy has to say, empty when it is content; None when it is too late to ask."""
    if time.monotonic() > deadline:
        return None
    done = subprocess.run([TIDY, "--quiet", "-p", build, file], capture_output=True, text=True, cwd=build, check=False)
    return "" if done.returncode == 0 else re.sub(r"\n\d+ warnings? .*", "", done.stdout + done.stderr)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("files", nargs="*", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--minutes", type=float, default=float("inf"))
    options = parser.parse_args()

    record = Record()
    made_of = headers(options.build)
    version = output_of(TIDY, "--version")
    order = ages()
    wanted = sorted(options.files or sources(options.build), key=lambda file: order.get(file, -1))
    prints = {file: fingerprint(version, made_of.get(file, [file])) for file in wanted}
    stale = [file for file in wanted if not record.knows(prints[file])]
    for file in set(wanted) - set(stale):
        record.add(prints[file])  # still in use

    bad = left = 0
    deadline = time.monotonic() + options.minutes * 60
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", os.cpu_count() or 1))) as pool:
        for file, complaint in zip(stale, pool.map(lambda file: check(options.build, file, deadline), stale)):
            if complaint is None:
                left += 1
            elif complaint:
                bad += 1
                print(complaint, flush=True)
            else:
                record.add(prints[file])
    record.forget_older_than(days=90)
    later = f", {left} left for the next run" if left else ""
    print(f"clang-tidy: {len(wanted)} files, {len(stale) - left} looked at, {bad} with findings{later}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
