"""A child process whose output is kept and which is ended, with all it started, when the test is over."""

import os
import pathlib
import signal
import subprocess

from harness.clock import PATIENCE, eventually


class Process:
    """Runs `argv` in a session of its own; stdout and stderr go to `log`."""

    def __init__(self, name: str, argv: list[str], log: pathlib.Path, env: dict[str, str] | None = None):
        self.name = name
        self.log = log
        with log.open("wb") as output:
            self._child = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=plain_environment() | (env or {}),
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._child.pid

    def exit_code(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        return self._child.poll()

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait(self, within: float = 30.0) -> int:
        try:
            return self._child.wait(within * PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} still runs after {within * PATIENCE:g} s\n{self.output()}") from None

    def wait_for_output(self, text: str, within: float = 30.0) -> str:
        def seen() -> str | None:
            output = self.output()
            return output if text in output else None

        return eventually(seen, f"{self.name} prints {text!r}", within)

    def terminate(self, within: float = 30.0) -> int:
        """SIGTERM to the process, as a service manager would; returns its exit code."""
        if self.exit_code() is None:
            self._child.send_signal(signal.SIGTERM)
        return self.wait(within)

    def kill(self) -> None:
        """SIGKILL to the process alone: what it started must notice by itself."""
        if self.exit_code() is None:
            self._child.kill()
        self._child.wait()

    def end(self) -> None:
        """Ends the process and whatever is left of its session."""
        if self.exit_code() is None:
            self._child.terminate()
            try:
                self._child.wait(10 * PATIENCE)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._child.wait()


def plain_environment() -> dict[str, str]:
    """The environment without the variables that would configure the processes under test."""
    configuring = ("DYN_", "OTEL_", "KUBE", "POD_", "ETCD_", "NATS_", "NO_COLOR")
    return {name: value for name, value in os.environ.items() if not name.startswith(configuring)}
