"""Names, types, labels and buckets of the metrics that dashboards and autoscalers rely on."""

import shutil
import subprocess

import pytest

from harness.clock import eventually
from harness.dynamo import MODEL, chat
from harness.http import Stream
from harness.metrics import Scrape

FRONTEND = "dynamo_frontend_"
WORKER = "dynamo_component_"
WORKER_LABELS = {"dynamo_namespace", "dynamo_component", "dynamo_endpoint"}

FRONTEND_FAMILIES = [
    ("requests_total", "counter", {"model", "endpoint", "request_type", "status"}),
    ("inflight_requests", "gauge", {"model"}),
    ("queued_requests", "gauge", {"model"}),
    ("disconnected_clients", "gauge", set()),
    ("request_duration_seconds", "histogram", {"model"}),
    ("input_sequence_tokens", "histogram", {"model"}),
    ("output_sequence_tokens", "histogram", {"model"}),
    ("time_to_first_token_seconds", "histogram", {"model"}),
    ("inter_token_latency_seconds", "histogram", {"model"}),
    ("output_tokens_total", "counter", {"model"}),
    ("model_total_kv_blocks", "gauge", {"model"}),
    ("model_max_num_seqs", "gauge", {"model"}),
    ("model_max_num_batched_tokens", "gauge", {"model"}),
    ("model_context_length", "gauge", {"model"}),
    ("model_kv_cache_block_size", "gauge", {"model"}),
    ("model_migration_limit", "gauge", {"model"}),
]

FRONTEND_BOUNDS = [
    ("request_duration_seconds", [0, 1.9, 3.4, 6.3, 12, 22, 40, 75, 140, 260]),
    ("input_sequence_tokens", [0, 100, 210, 430, 870, 1800, 3600, 7400, 15000, 31000, 63000, 130000]),
    ("output_sequence_tokens", [0, 100, 210, 430, 880, 1800, 3700, 7600, 16000, 32000]),
    (
        "time_to_first_token_seconds",
        [0, 0.0022, 0.0047, 0.01, 0.022, 0.047, 0.1, 0.22, 0.47, 1, 2.2, 4.7, 10, 22, 48, 100, 220, 480],
    ),
    (
        "inter_token_latency_seconds",
        [0, 0.0019, 0.0035, 0.0067, 0.013, 0.024, 0.045, 0.084, 0.16, 0.3, 0.56, 1.1, 2],
    ),
]

WORKER_FAMILIES = [
    ("requests_total", "counter", WORKER_LABELS | {"model"}),
    ("request_bytes_total", "counter", WORKER_LABELS | {"model"}),
    ("response_bytes_total", "counter", WORKER_LABELS | {"model"}),
    ("inflight_requests", "gauge", WORKER_LABELS),
    ("request_duration_seconds", "histogram", WORKER_LABELS),
    ("uptime_seconds", "gauge", WORKER_LABELS),
]


@pytest.fixture(scope="module")
def traffic(served):
    """Two unary chats, one streamed chat of 10 tokens and one unknown model have gone through."""
    for _ in range(2):
        assert chat(served.port).status == 200
    body = {"model": MODEL, "messages": [{"role": "user", "content": "hi"}], "max_tokens": 10}
    with Stream(served.port, "/v1/chat/completions", body) as stream:
        assert list(stream)[-1].data == "[DONE]"
    assert chat(served.port, model="no-such-model").status == 404
    # A request is counted when its connections are done with it, which may be after its client has the answer.
    eventually(lambda: served.frontend.metrics().value(FRONTEND + "inflight_requests") == 0, "the frontend is idle")
    eventually(lambda: served.worker.metrics().value(WORKER + "inflight_requests") == 0, "the worker is idle")
    return served


@pytest.fixture(scope="module")
def frontend(traffic) -> Scrape:
    return traffic.frontend.metrics()


@pytest.fixture(scope="module")
def worker(traffic) -> Scrape:
    return traffic.worker.metrics()


@pytest.mark.parametrize(("name", "kind", "labels"), FRONTEND_FAMILIES)
def test_frontend_family(frontend: Scrape, name: str, kind: str, labels: set[str]):
    assert FRONTEND + name in frontend.families, frontend.text
    assert frontend.families[FRONTEND + name].type == kind
    assert frontend.labels(FRONTEND + name) == labels


@pytest.mark.parametrize(("name", "bounds"), FRONTEND_BOUNDS)
def test_frontend_bounds(frontend: Scrape, name: str, bounds: list[float]):
    assert frontend.bounds(FRONTEND + name) == bounds


def test_frontend_counts_what_was_asked(frontend: Scrape):
    def requests(**labels: str) -> float:
        return frontend.value(FRONTEND + "requests_total", **labels)

    ours = {"model": MODEL, "endpoint": "chat_completions", "status": "success"}
    assert requests(**ours, request_type="unary") == 2
    assert requests(**ours, request_type="stream") == 1
    assert frontend.value(FRONTEND + "output_tokens_total", model=MODEL) == 26
    assert frontend.value(FRONTEND + "time_to_first_token_seconds_count", model=MODEL) == 3
    assert frontend.value(FRONTEND + "output_sequence_tokens_sum", model=MODEL) == 26
    assert frontend.value(FRONTEND + "inflight_requests") == 0
    assert frontend.value(FRONTEND + "queued_requests") == 0
    assert frontend.value(FRONTEND + "disconnected_clients") == 0


def test_a_model_that_nobody_has_does_not_become_a_label(frontend: Scrape):
    assert "no-such-model" not in frontend.text


@pytest.mark.parametrize(("name", "kind", "labels"), WORKER_FAMILIES)
def test_worker_family(worker: Scrape, name: str, kind: str, labels: set[str]):
    assert WORKER + name in worker.families, worker.text
    assert worker.families[WORKER + name].type == kind
    assert worker.labels(WORKER + name) == labels


def test_worker_names_its_endpoint(worker: Scrape):
    sample = worker.families[WORKER + "requests_total"].samples[0]
    assert sample.labels["dynamo_component"] == "backend"
    assert sample.labels["dynamo_endpoint"] == "generate"
    assert sample.labels["model"] == MODEL


def test_worker_counts_what_it_served(worker: Scrape):
    assert worker.value(WORKER + "requests_total") == 3
    assert worker.value(WORKER + "request_bytes_total") > 100
    assert worker.value(WORKER + "response_bytes_total") > 1000
    assert worker.value(WORKER + "inflight_requests") == 0
    assert worker.value(WORKER + "request_duration_seconds_count") == 3
    assert worker.value(WORKER + "uptime_seconds") > 0


@pytest.mark.parametrize("role", ["frontend", "worker"])
def test_every_family_has_help(role: str, request: pytest.FixtureRequest):
    scraped: Scrape = request.getfixturevalue(role)
    assert [name for name, family in scraped.families.items() if not family.documentation] == []


@pytest.mark.parametrize("role", ["frontend", "worker"])
def test_promtool_can_read_it(role: str, request: pytest.FixtureRequest):
    promtool = shutil.which("promtool")
    if not promtool:
        pytest.skip("promtool is not here; the parser of prometheus_client has read the text strictly")
    text = request.getfixturevalue(role).text
    checked = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    # 1 is a parse error; 3 only advice about names, which are given.
    assert checked.returncode in (0, 3), checked.stderr


def test_the_prefix_can_be_changed(deployment):
    deployment.worker("--speedup-ratio", "100")
    frontend = deployment.frontend("--metrics-prefix", "other")
    assert chat(frontend.port).status == 200
    eventually(lambda: frontend.metrics().value("other_requests_total", status="success") == 1, "it is counted")
    assert "dynamo_frontend_" not in frontend.metrics().text
