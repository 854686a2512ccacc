"""The test bed itself: a server that answers, controllers that act."""

from harness.clock import eventually
from real.control_plane import SETTLES, ControlPlane

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: sleeper}
spec:
  replicas: 2
  selector: {matchLabels: {app: sleeper}}
  template:
    metadata: {labels: {app: sleeper}}
    spec: {containers: [{name: main, image: none}]}
"""


def test_versions_agree(control_plane: ControlPlane):
    versions = control_plane.kubectl("version", "-o", "json")
    assert versions.count('"gitVersion": "v1.36.3"') == 2, versions


def test_a_deployment_becomes_pods(control_plane: ControlPlane, namespace: str):
    control_plane.kubectl("apply", "-n", namespace, "-f", "-", stdin=DEPLOYMENT)
    eventually(lambda: len(control_plane.get("pods", "-n", namespace)["items"]) == 2, "two pods", SETTLES)


def test_requests_are_recorded(control_plane: ControlPlane, namespace: str):
    def seen() -> bool:
        return any(request["objectRef"].get("name") == namespace for request in control_plane.requests() if "objectRef" in request)

    eventually(seen, "the creation of the namespace is in the audit log", SETTLES)
