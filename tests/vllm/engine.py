"""A real vLLM on this machine's processor."""

import os
import pathlib

from harness.clock import eventually
from harness.dynamo import Deployment
from harness.http import try_get
from harness.ports import free_port

MODEL = "tiny"
FOLDER = pathlib.Path(os.environ.get("VLLM_MODEL", ""))
BIN = os.environ.get("VLLM_BIN", "")
TOOL_PARSER = "hermes"

SETTINGS = [
    *("--enforce-eager", "--dtype", "float32", "--max-num-seqs", "16", "--block-size", "32"),
    *("--gpu-memory-utilization", "0.05"),  # what has to be free at the start, here of the machine's memory
    *("--enable-auto-tool-choice", "--tool-call-parser", TOOL_PARSER),
]

WITHIN = 240
"""Seconds until it answers: 40 as a rule, many more where others use the processor, too."""


def environment(home: pathlib.Path) -> dict[str, str]:
    """One thread, a small cache of keys and values, no network, and nothing written outside of `home`."""
    return {
        "HF_HUB_OFFLINE": "1",
        "HF_HOME": str(home / "huggingface"),
        "VLLM_CACHE_ROOT": str(home / "cache"),
        "VLLM_CONFIG_ROOT": str(home / "config"),
        "VLLM_NO_USAGE_STATS": "1",
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "VLLM_CPU_OMP_THREADS_BIND": "nobind",
        "OMP_NUM_THREADS": "1",
        "TZ": "UTC",
    }


def start(deployment: Deployment, *settings: str) -> int:
    """Its port, once it answers. It ends with the deployment."""
    port = free_port()
    address = ["--host", "127.0.0.1", "--port", str(port), "--served-model-name", MODEL]
    process = deployment.program(
        "vllm", [f"{BIN}/vllm", "serve", str(FOLDER), *address, *SETTINGS, *settings], environment(deployment.home)
    )

    def ready() -> bool:
        assert process.exit_code() is None, f"vllm ended with {process.exit_code()}\n{process.output()[-8000:]}"
        answer = try_get(port, "/health")
        return answer is not None and answer.status == 200

    eventually(ready, "vllm is ready", within=WITHIN, every=0.5)
    return port
