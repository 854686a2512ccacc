#!/usr/bin/env bash
# tools.sh: prints a folder with a real Kubernetes (API server, controller-manager, scheduler, kubectl), etcd and
# kubeconform, built once from the Go modules under tools/ (about 6 minutes on two cores, 4 GB of Go cache).
# tools.sh kubectl: prints a folder with that kubectl at least, built alone where the others are not there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tools/lib.sh
. "$here/../../tools/lib.sh"
go_version=1.26.3

# Puts Go 1.26 or newer first on the path. An older one, Debian's for example, can fetch it as a module.
use_recent_go() {
  export GOTOOLCHAIN=local
  local have
  have=$(go env GOVERSION)
  [ "$(printf '%s\n' go1.26 "$have" | sort -V | head -n 1)" = go1.26 ] && return
  say "go: fetching $go_version beside $have"
  local arch toolchain
  arch=$(go env GOARCH)
  toolchain=$(go mod download -json "golang.org/toolchain@v0.0.1-go$go_version.linux-$arch" | jq -r .Dir)
  chmod -R u+x "$toolchain/bin" "$toolchain/pkg/tool"
  export PATH=$toolchain/bin:$PATH
}

# build MODULE OUT LDFLAGS PACKAGE… builds packages of one module into the folder OUT.
build() {
  local module=$1 out=$2 flags=$3
  shift 3
  say "go: building $module"
  (
    cd "$here/tools/$module"
    CGO_ENABLED=0 go build -mod=readonly -trimpath -buildvcs=false -ldflags "-s -w $flags" -o "$out/" "$@"
  )
}

# A Kubernetes program that was not told its version calls itself v0.0.0, and kubectl then warns of skew.
version_flags() {
  local version package
  version=$(awk '$1 == "require" && $2 == "k8s.io/kubernetes" { print $3 }' "$here/tools/control-plane/go.mod")
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    printf -- '-X %s.gitVersion=%s -X %s.gitMajor=1 -X %s.gitMinor=%s -X %s.gitTreeState=clean ' \
      "$package" "$version" "$package" "$package" "$(cut -d. -f2 <<<"$version")" "$package"
  done
}

build_kubectl() {
  use_recent_go
  build control-plane "$1" "$(version_flags)" k8s.io/kubernetes/cmd/kubectl
}

build_tools() {
  local out=$1 kubernetes=k8s.io/kubernetes/cmd flags
  use_recent_go
  flags=$(version_flags)
  build kubeconform "$out" "" github.com/yannh/kubeconform/cmd/kubeconform
  build etcd "$out" "" .
  build control-plane "$out" "$flags" \
    "$kubernetes/kube-apiserver" "$kubernetes/kube-controller-manager" "$kubernetes/kube-scheduler" \
    "$kubernetes/kubectl"
}

key=$(digest "$here"/tools.sh "$here"/tools/*/go.{mod,sum} "$here"/tools/*/*.go)
if [ "${1:-}" = kubectl ] && [ ! -e "$CACHE/real/$key/.complete" ]; then
  once real-kubectl "$key" build_kubectl
else
  once real "$key" build_tools
fi
