"""kubectl as a user types it, against any server."""

import json
import pathlib
import subprocess
from dataclasses import dataclass, replace
from typing import Any

from harness.clock import PATIENCE
from harness.process import Process, plain_environment

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


@dataclass
class Done:
    """What a finished command left: its exit code and what it printed."""

    code: int
    out: str
    err: str

    def lines(self) -> list[str]:
        return self.out.splitlines()

    def rows(self) -> list[list[str]]:
        """The words of each line of a table, headings included."""
        return [line.split() for line in self.lines()]


@dataclass(frozen=True)
class Kubectl:
    """One kubectl program with a kubeconfig, a cache of its own and a namespace."""

    program: pathlib.Path
    kubeconfig: pathlib.Path
    home: pathlib.Path
    namespace: str = "default"

    def __call__(self, *arguments: str, stdin: str | dict[str, Any] | None = None) -> Done:
        """Runs it to its end, which must be a success."""
        done = self.attempt(*arguments, stdin=stdin)
        assert done.code == 0, f"kubectl {' '.join(arguments)}: {done}"
        return done

    def attempt(self, *arguments: str, stdin: str | dict[str, Any] | None = None) -> Done:
        """Runs it to its end, whatever that is."""
        done = subprocess.run(
            self._argv(arguments),
            input=json.dumps(stdin) if isinstance(stdin, dict) else stdin or "",
            capture_output=True,
            text=True,
            env=plain_environment() | {"HOME": str(self.home)},
            timeout=60 * PATIENCE,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def get(self, *arguments: str) -> Any:
        """Objects as JSON."""
        return json.loads(self("get", *arguments, "-o", "json").out)

    def start(self, *arguments: str) -> Process:
        """In the background, its output in a file; the caller ends it."""
        log = self.home / f"kubectl-{'-'.join(arguments[:2]).replace('/', '-')}.log"
        return Process("kubectl", self._argv(arguments), log, {"HOME": str(self.home)})

    def within(self, namespace: str) -> "Kubectl":
        return replace(self, namespace=namespace)

    def _argv(self, arguments: tuple[str, ...]) -> list[str]:
        own = ["--kubeconfig", self.kubeconfig, "--cache-dir", self.home / "cache", "--namespace", self.namespace]
        return [str(word) for word in [self.program, *own, *arguments]]


def debian_kubectl() -> pathlib.Path:
    """kubectl 1.20 as Debian 12 ships it, unpacked once."""
    return pathlib.Path(_printed(REPOSITORY / "tools" / "kubectl.sh"))


def current_kubectl() -> pathlib.Path:
    """kubectl of the Kubernetes release that tests/real pins, built once."""
    return pathlib.Path(_printed(REPOSITORY / "tests" / "real" / "tools.sh", "kubectl")) / "kubectl"


def _printed(*command: object) -> str:
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
