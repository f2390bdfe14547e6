#!/usr/bin/env bash
# Runs the benchmarks and prints a table of measured against asked. Names of suites may be given: ./bench.sh drift lists
set -euo pipefail
cd "$(dirname "$0")"
. tools/need-dotnet.sh
. tools/packages.sh
. tools/publish.sh
install_packages postgresql chromium python3 python3-sklearn python3-pandas python3-scipy jupyter-notebook || true
command -v npm >/dev/null 2>&1 || install_packages npm || true
# As run.sh and the image have it.
export DOTNET_GCgen0size=1000000
# What is measured is what an installation runs.
publish_portal .cache/app
exec dotnet run -c Release --project tests/Portal.Benchmarks -v quiet -- "$@"
