"""A llama.cpp server that a test has started."""

from harness.clock import eventually
from harness.http import try_get


def wait_for_engine(port: int) -> None:
    """Until it answers: a second as a rule, more where it has never run or others use the processor, too."""

    def ready() -> bool:
        answer = try_get(port, "/health")
        return answer is not None and answer.status == 200

    eventually(ready, f"llama-server is ready on port {port}", within=120)
