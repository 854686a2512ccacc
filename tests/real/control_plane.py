"""A real Kubernetes control plane on loopback: etcd, API server, controller-manager and scheduler; no kubelet.

The programs come from tests/real/tools.sh by way of the variable REAL_BIN. Nodes are not tainted when they are new,
as nothing here would ever lift the taint.
"""

import base64
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import urllib.error
import urllib.request
from typing import Any

from harness.clock import eventually
from harness.ports import free_port
from harness.process import Process

BIN = pathlib.Path(os.environ["REAL_BIN"])  # set by tests/real/run.sh
SERVICE_RANGE = "10.96.0.0/16"
SERVER_NAMES = "DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:10.96.0.1"

SETTLES = 90
"""Seconds within which a real controller surely acts: the garbage collector looks for new kinds every 30."""
STARTS = 120
"""Seconds within which a program surely answers, also on a busy machine that has never run it."""

# Controllers that need a kubelet or a cloud.
WITHOUT = ["node-lifecycle", "node-ipam", "node-route", "cloud-node-lifecycle", "service-lb"]


class Authority:
    """A certificate authority in a folder."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        folder.mkdir(parents=True)
        self._key("ca")
        self._openssl("req -x509 -new -key ca.key -subj /CN=test-authority -days 30 -out ca.crt")

    def issue(self, name: str, user: str, group: str, alternatives: str = "") -> None:
        """Writes NAME.crt and NAME.key, good for both ends of a connection."""
        self._key(name)
        self._openssl(f"req -new -key {name}.key -subj /O={group}/CN={user} -out {name}.csr")
        extensions = "extendedKeyUsage=clientAuth,serverAuth\n"
        if alternatives:
            extensions += f"subjectAltName={alternatives}\n"
        (self.folder / f"{name}.ext").write_text(extensions)
        self._openssl(
            f"x509 -req -in {name}.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -extfile {name}.ext -out {name}.crt"
        )

    def signing_key(self, name: str) -> None:
        """Writes NAME.key and NAME.pub for service account tokens."""
        self._openssl(f"genrsa -out {name}.key 2048")
        self._openssl(f"rsa -in {name}.key -pubout -out {name}.pub")

    def path(self, name: str) -> str:
        return str(self.folder / name)

    def inline(self, name: str) -> str:
        return base64.b64encode((self.folder / name).read_bytes()).decode()

    def _key(self, name: str) -> None:
        self._openssl(f"ecparam -name prime256v1 -genkey -noout -out {name}.key")

    def _openssl(self, arguments: str) -> None:
        subprocess.run(["openssl", *arguments.split()], cwd=self.folder, check=True, capture_output=True)


class ControlPlane:
    """Starts in the constructor; `kubeconfig` is an administrator's. `end` stops what was started."""

    def __init__(self, home: pathlib.Path):
        self.home = home
        self.kubeconfig = home / "admin.kubeconfig"
        self._cache = home / "kubectl-cache"
        self._processes: list[Process] = []
        self._pki = Authority(home / "pki")
        self._etcd = f"http://127.0.0.1:{free_port()}"
        self._server_port = free_port()
        try:
            self._issue_certificates()
            self._start_etcd()
            self._start_api_server()
            self._start_controller_manager()
            self._start_scheduler()
        except BaseException:
            self.end()
            raise

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._server_port}"

    def end(self) -> None:
        for process in reversed(self._processes):
            process.end()

    def logs(self) -> str:
        return "\n".join(f"--- {process.log.name}\n{process.output()[-4000:]}" for process in self._processes)

    def kubectl(self, *arguments: str, stdin: str | None = None, check: bool = True) -> str:
        """Runs kubectl as the administrator; returns what it prints."""
        done = subprocess.run(
            [BIN / "kubectl", "--kubeconfig", self.kubeconfig, "--cache-dir", self._cache, *arguments],
            input=stdin or "",
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0 or not check, f"kubectl {' '.join(arguments)}\n{done.stdout}{done.stderr}"
        return done.stdout if check else done.stdout + done.stderr

    def forget_discovery(self) -> None:
        """kubectl keeps the list of kinds for ten minutes; to be called when there are new ones."""
        shutil.rmtree(self._cache, ignore_errors=True)

    def get(self, *arguments: str) -> Any:
        return json.loads(self.kubectl("get", *arguments, "-o", "json"))

    def requests(self) -> list[dict[str, Any]]:
        """Every finished request so far, from the audit log."""
        whole_lines, _, _ = (self.home / "audit.log").read_bytes().rpartition(b"\n")  # the last one may be half written
        return [json.loads(line) for line in whole_lines.splitlines()]

    def writes_of_ours(self, namespace: str) -> list[tuple[str, str]]:
        """What our programs have asked to be changed so far in a namespace: verbs and paths."""
        return [
            (request["verb"], request["requestURI"])
            for request in self.requests()
            if is_ours(request)
            and request["verb"] not in ("get", "list", "watch")
            and f"/namespaces/{namespace}/" in request["requestURI"]
        ]

    def _issue_certificates(self) -> None:
        self._pki.issue("server", "kube-apiserver", "servers", SERVER_NAMES)
        self._pki.issue("front-proxy", "front-proxy", "servers")
        self._pki.signing_key("accounts")
        for name, user, group in [
            ("admin", "admin", "system:masters"),
            ("controller-manager", "system:kube-controller-manager", "controllers"),
            ("scheduler", "system:kube-scheduler", "controllers"),
        ]:
            self._pki.issue(name, user, group)
            self._write_kubeconfig(name)

    def _write_kubeconfig(self, name: str) -> None:
        # JSON is YAML.
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "test",
            "clusters": [
                {"name": "test", "cluster": {"server": self.url, "certificate-authority-data": self._pki.inline("ca.crt")}}
            ],
            "users": [
                {
                    "name": name,
                    "user": {
                        "client-certificate-data": self._pki.inline(f"{name}.crt"),
                        "client-key-data": self._pki.inline(f"{name}.key"),
                    },
                }
            ],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": name}}],
        }
        (self.home / f"{name}.kubeconfig").write_text(json.dumps(config, indent=1))

    def _start_etcd(self) -> None:
        peer = f"http://127.0.0.1:{free_port()}"
        self._start(
            "etcd",
            {
                "data-dir": self.home / "etcd",
                "listen-client-urls": self._etcd,
                "advertise-client-urls": self._etcd,
                "listen-peer-urls": peer,
                "initial-advertise-peer-urls": peer,
                "initial-cluster": f"default={peer}",
                "unsafe-no-fsync": "true",
                "log-level": "warn",
            },
            f"{self._etcd}/health",
        )

    def _start_api_server(self) -> None:
        policy = {
            "apiVersion": "audit.k8s.io/v1",
            "kind": "Policy",
            "omitStages": ["RequestReceived"],
            "rules": [{"level": "Metadata"}],
        }
        (self.home / "audit-policy.json").write_text(json.dumps(policy))
        pki = self._pki.path
        self._start(
            "kube-apiserver",
            {
                "etcd-servers": self._etcd,
                "bind-address": "127.0.0.1",
                "secure-port": self._server_port,
                "advertise-address": "127.0.0.1",
                "endpoint-reconciler-type": "none",  # its own address is a loopback one, which it would refuse
                "service-cluster-ip-range": SERVICE_RANGE,
                "authorization-mode": "RBAC",
                "disable-admission-plugins": "TaintNodesByCondition",
                "client-ca-file": pki("ca.crt"),
                "tls-cert-file": pki("server.crt"),
                "tls-private-key-file": pki("server.key"),
                "service-account-issuer": "https://kubernetes.default.svc",
                "service-account-key-file": pki("accounts.pub"),
                "service-account-signing-key-file": pki("accounts.key"),
                "requestheader-client-ca-file": pki("ca.crt"),
                "requestheader-allowed-names": "front-proxy",
                "requestheader-username-headers": "X-Remote-User",
                "requestheader-group-headers": "X-Remote-Group",
                "requestheader-extra-headers-prefix": "X-Remote-Extra-",
                "proxy-client-cert-file": pki("front-proxy.crt"),
                "proxy-client-key-file": pki("front-proxy.key"),
                "audit-policy-file": self.home / "audit-policy.json",
                "audit-log-path": self.home / "audit.log",
            },
            f"{self.url}/readyz",
        )

    def _start_controller_manager(self) -> None:
        port = free_port()
        self._start(
            "kube-controller-manager",
            {
                **self._client_flags("controller-manager"),
                "secure-port": port,
                "controllers": ",".join(["*", *(f"-{name}-controller" for name in WITHOUT)]),
                "root-ca-file": self._pki.path("ca.crt"),
                "service-account-private-key-file": self._pki.path("accounts.key"),
                "use-service-account-credentials": "true",
            },
            f"https://127.0.0.1:{port}/healthz",
        )

    def _start_scheduler(self) -> None:
        port = free_port()
        flags = {**self._client_flags("scheduler"), "secure-port": port}
        self._start("kube-scheduler", flags, f"https://127.0.0.1:{port}/healthz")

    def _client_flags(self, name: str) -> dict[str, object]:
        kubeconfig = self.home / f"{name}.kubeconfig"
        return {
            "bind-address": "127.0.0.1",
            "kubeconfig": kubeconfig,
            "authentication-kubeconfig": kubeconfig,
            "authorization-kubeconfig": kubeconfig,
            "leader-elect": "false",
        }

    def _start(self, name: str, flags: dict[str, object], health: str) -> None:
        argv = [str(BIN / name), *(f"--{flag}={value}" for flag, value in flags.items())]
        process = Process(name, argv, self.home / f"{name}.log")
        self._processes.append(process)

        def healthy() -> bool:
            assert process.exit_code() is None, f"{name} ended\n{process.output()[-4000:]}"
            return self._answers(health)

        eventually(healthy, f"{name} is healthy", STARTS)

    def _answers(self, url: str) -> bool:
        """Whether `url` answers 200 to the administrator. The servers' own certificates are not looked at."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.load_cert_chain(self._pki.path("admin.crt"), self._pki.path("admin.key"))
        try:
            with urllib.request.urlopen(url, timeout=2, context=context) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False


def is_ours(request: dict[str, Any]) -> bool:
    return request.get("userAgent", "").startswith("dynamo")
