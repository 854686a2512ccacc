#!/usr/bin/python3
"""tidy.py BUILD [FILE…]: runs clang-tidy over the sources of a build folder, or over some of them.

A source is looked at again only when it, a header it includes, or .clang-tidy has changed since it was found clean;
what it includes is taken from the build, which therefore must be up to date.
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

ROOT = pathlib.Path(__file__).resolve().parents[1]


def sources(build: pathlib.Path) -> list[pathlib.Path]:
    commands = json.loads((build / "compile_commands.json").read_text())
    files = {pathlib.Path(command["file"]) for command in commands}
    return sorted(file for file in files if file.is_relative_to(ROOT) and not file.is_relative_to(build))


def headers(build: pathlib.Path) -> dict[str, list[str]]:
    """The headers of this repository that each source includes, from Ninja's dependency log."""
    log = subprocess.run(["ninja", "-C", build, "-t", "deps"], capture_output=True, text=True, check=True).stdout
    found: dict[str, list[str]] = {}
    for block in log.split("\n\n"):
        names = [os.path.realpath(build / line.strip()) for line in block.splitlines()[1:]]
        ours = [name for name in names if name.startswith(str(ROOT))]
        for name in ours:
            if name.endswith(".cpp"):
                found[name] = sorted(ours)
    return found


def fingerprint(files: list[str]) -> str:
    digest = hashlib.sha256()
    for name in [str(ROOT / ".clang-tidy"), *files]:
        digest.update(pathlib.Path(name).read_bytes())
    return digest.hexdigest()


def check(build: pathlib.Path, file: pathlib.Path) -> str:
    """What clang-tidy has to say; empty when it is content."""
    done = subprocess.run(
        ["clang-tidy-19", "--quiet", "-p", build, file], capture_output=True, text=True, cwd=ROOT, check=False
    )
    return "" if done.returncode == 0 else re.sub(r"\n\d+ warnings? .*", "", done.stdout + done.stderr)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("files", nargs="*", type=lambda path: pathlib.Path(path).resolve())
    options = parser.parse_args()

    record = options.build / "tidy.json"
    clean = json.loads(record.read_text()) if record.exists() else {}
    includes = headers(options.build)
    wanted = options.files or sources(options.build)
    prints = {file: fingerprint(includes.get(str(file), [str(file)])) for file in wanted}
    stale = [file for file in wanted if clean.get(str(file)) != prints[file]]

    bad = 0
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", os.cpu_count() or 1))) as pool:
        for file, complaint in zip(stale, pool.map(lambda file: check(options.build, file), stale)):
            if complaint:
                bad += 1
                print(complaint, flush=True)
            else:
                clean[str(file)] = prints[file]
                record.write_text(json.dumps(clean))
    print(f"clang-tidy: {len(wanted)} files, {len(stale)} looked at, {bad} with findings")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
