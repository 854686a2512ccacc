"""The official Python client (pinned) against `dynamo apiserver`."""

import json
import pathlib
import threading
from collections.abc import Iterator
from typing import Any

import kubernetes
import pytest

from harness.apiserver import ApiServer

GROUP = ("nvidia.com", "v1alpha1", "default")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kubernetes.client.ApiClient]:
    server = ApiServer(tmp_path_factory.mktemp("apiserver"))
    made = kubernetes.config.new_client_from_config(str(server.kubeconfig))
    yield made
    made.close()
    server.end()


@pytest.fixture
def core(client: kubernetes.client.ApiClient) -> kubernetes.client.CoreV1Api:
    return kubernetes.client.CoreV1Api(client)


@pytest.fixture
def custom(client: kubernetes.client.ApiClient) -> kubernetes.client.CustomObjectsApi:
    return kubernetes.client.CustomObjectsApi(client)


def config_map(name: str, **labels: str) -> kubernetes.client.V1ConfigMap:
    return kubernetes.client.V1ConfigMap(
        metadata=kubernetes.client.V1ObjectMeta(name=name, labels=labels or None), data={"a": "1"}
    )


def adapter(name: str) -> dict[str, Any]:
    return {
        "apiVersion": "nvidia.com/v1alpha1",
        "kind": "DynamoGraphDeploymentScalingAdapter",
        "metadata": {"name": name},
        "spec": {"replicas": 1, "dgdRef": {"name": "g", "serviceName": "F"}},
    }


def test_lists_in_pages(core: kubernetes.client.CoreV1Api):
    for number in range(5):
        core.create_namespaced_config_map("default", config_map(f"page-{number}", kind="page"))
    first = core.list_namespaced_config_map("default", label_selector="kind=page", limit=3)
    assert first.metadata.remaining_item_count in (2, None)
    rest = core.list_namespaced_config_map("default", label_selector="kind=page", limit=3, _continue=first.metadata._continue)
    assert [item.metadata.name for item in first.items + rest.items] == [f"page-{number}" for number in range(5)]


def test_watches(core: kubernetes.client.CoreV1Api):
    version = core.list_namespaced_config_map("default").metadata.resource_version

    def write() -> None:
        core.create_namespaced_config_map("default", config_map("watched"))
        core.patch_namespaced_config_map("watched", "default", {"data": {"a": "2"}})
        core.delete_namespaced_config_map("watched", "default")

    writer = threading.Thread(target=write)
    seen = []
    watch = kubernetes.watch.Watch()
    writer.start()
    for event in watch.stream(core.list_namespaced_config_map, "default", resource_version=version, timeout_seconds=20):
        seen.append((event["type"], event["object"].data["a"]))
        if event["type"] == "DELETED":
            watch.stop()
    writer.join()
    assert seen == [("ADDED", "1"), ("MODIFIED", "2"), ("DELETED", "2")]


def test_custom_objects(custom: kubernetes.client.CustomObjectsApi):
    plural = "dynamographdeploymentscalingadapters"
    made = custom.create_namespaced_custom_object(*GROUP, plural, adapter("a"))
    assert made["metadata"]["generation"] == 1
    patched = custom.patch_namespaced_custom_object(*GROUP, plural, "a", {"spec": {"replicas": 2}})
    assert patched["spec"]["replicas"] == 2
    scale = custom.get_namespaced_custom_object_scale(*GROUP, plural, "a")
    assert (scale["kind"], scale["spec"]["replicas"]) == ("Scale", 2)
    custom.patch_namespaced_custom_object_scale(*GROUP, plural, "a", {"spec": {"replicas": 5}})
    made = custom.get_namespaced_custom_object(*GROUP, plural, "a")
    assert made["spec"]["replicas"] == 5
    made["status"] = {"replicas": 5}
    custom.replace_namespaced_custom_object_status(*GROUP, plural, "a", made)
    listed = custom.list_namespaced_custom_object(*GROUP, plural)
    assert [item["status"]["replicas"] for item in listed["items"]] == [5]
    custom.delete_namespaced_custom_object(*GROUP, plural, "a")
    with pytest.raises(kubernetes.client.ApiException) as refused:
        custom.get_namespaced_custom_object(*GROUP, plural, "a")
    assert refused.value.status == 404
    assert json.loads(refused.value.body)["reason"] == "NotFound"


def test_applies_on_the_server(client: kubernetes.client.ApiClient):
    apps = kubernetes.client.AppsV1Api(client)
    document = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "d"},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "d"}},
            "template": {
                "metadata": {"labels": {"app": "d"}},
                "spec": {"containers": [{"name": "main", "image": "a"}]},
            },
        },
    }

    def apply(manager: str, body: dict[str, Any], **options: Any) -> Any:
        return apps.patch_namespaced_deployment(
            "d", "default", body, field_manager=manager, _content_type="application/apply-patch+yaml", **options
        )

    assert apply("one", document).spec.replicas == 2
    other = {**document, "spec": {**document["spec"], "replicas": 3}}
    with pytest.raises(kubernetes.client.ApiException) as refused:
        apply("two", other)
    assert refused.value.status == 409
    assert 'conflict with "one"' in json.loads(refused.value.body)["message"]
    assert apply("two", other, force=True).spec.replicas == 3
    scale = apps.patch_namespaced_deployment_scale("d", "default", {"spec": {"replicas": 7}})
    assert scale.spec.replicas == 7


def test_dynamic_client(client: kubernetes.client.ApiClient, tmp_path: pathlib.Path):
    discovered = kubernetes.dynamic.DynamicClient(client, cache_file=str(tmp_path / "discovery.json"))
    graphs = discovered.resources.get(api_version="nvidia.com/v1alpha1", kind="DynamoGraphDeployment")
    body = {
        "apiVersion": "nvidia.com/v1alpha1",
        "kind": "DynamoGraphDeployment",
        "metadata": {"name": "g"},
        "spec": {"services": {"F": {"componentType": "frontend"}}},
    }
    graphs.create(body=body, namespace="default")
    assert graphs.get(name="g", namespace="default").spec.services.F.componentType == "frontend"
    applied = graphs.server_side_apply(body=body, namespace="default", field_manager="me", force_conflicts=True)
    assert applied.metadata.name == "g"
    graphs.delete(name="g", namespace="default")
    assert graphs.get(namespace="default").items == []


def test_a_token_of_an_account(client: kubernetes.client.ApiClient, core: kubernetes.client.CoreV1Api):
    core.create_namespaced_service_account("default", {"metadata": {"name": "robot"}})
    request = kubernetes.client.AuthenticationV1TokenRequest(
        spec=kubernetes.client.V1TokenRequestSpec(audiences=[], expiration_seconds=3600)
    )
    token = core.create_namespaced_service_account_token("robot", "default", request).status.token
    configuration = kubernetes.client.Configuration()
    configuration.host = client.configuration.host
    configuration.ssl_ca_cert = client.configuration.ssl_ca_cert
    configuration.api_key = {"authorization": f"Bearer {token}"}
    with kubernetes.client.ApiClient(configuration) as robot:
        with pytest.raises(kubernetes.client.ApiException) as refused:
            kubernetes.client.CoreV1Api(robot).list_namespaced_pod("default")
    assert refused.value.status == 403
    assert "system:serviceaccount:default:robot" in json.loads(refused.value.body)["message"]
