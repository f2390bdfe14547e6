#!/usr/bin/env bash
# Puts the JavaScript Kubernetes client into .cache/client-node: the second, independent client of the embedded cluster's tests.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/packages.sh
version=1.4.0
folder=.cache/client-node
[ -f "$folder/node_modules/@kubernetes/client-node/package.json" ] && grep -q "\"version\": \"$version\"" "$folder/node_modules/@kubernetes/client-node/package.json" && exit 0

command -v npm >/dev/null 2>&1 || install_packages npm
mkdir -p "$folder"
[ -f "$folder/package.json" ] || echo '{"private":true}' > "$folder/package.json"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$folder" "@kubernetes/client-node@$version" >/dev/null
