//go:build tools

// Package tools pins kubeconform; tests/real/tools.sh builds it.
package tools

import _ "github.com/yannh/kubeconform/cmd/kubeconform"
