"""Prometheus text, read strictly."""

from collections.abc import Iterable
from dataclasses import dataclass

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from harness.http import request


@dataclass
class Scrape:
    """The families of one /metrics answer by name; counters go by their full name, `_total` included."""

    families: dict[str, Metric]
    text: str

    def value(self, sample_name: str, **labels: str) -> float:
        """The sum of the samples of that name whose labels include `labels`; 0 when there is none."""
        return sum(
            sample.value
            for sample in self.samples()
            if sample.name == sample_name and labels.items() <= sample.labels.items()
        )

    def samples(self) -> Iterable:
        for family in self.families.values():
            yield from family.samples

    def labels(self, name: str) -> set[str]:
        """The label names used by a family, `le` excluded."""
        names = {label for sample in self.families[name].samples for label in sample.labels}
        return names - {"le"}

    def bounds(self, name: str) -> list[float]:
        """The finite bucket bounds of a histogram."""
        les = {
            float(sample.labels["le"]) for sample in self.families[name].samples if sample.name.endswith("_bucket")
        }
        return sorted(les - {float("inf")})


def scrape(port: int, host: str = "127.0.0.1") -> Scrape:
    answer = request(port, "GET", "/metrics", host=host)
    assert answer.status == 200, answer
    assert answer.headers["content-type"].startswith("text/plain"), answer.headers
    text = answer.text()
    families = {}
    for family in text_string_to_metric_families(text):
        name = family.name + "_total" if family.type == "counter" else family.name
        assert name not in families, f"{name} appears twice"
        families[name] = family
    return Scrape(families, text)
