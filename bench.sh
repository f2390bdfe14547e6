#!/usr/bin/env bash
# Runs the benchmarks and prints a table of measured against asked. Names of suites may be given: ./bench.sh drift lists
set -euo pipefail
cd "$(dirname "$0")"
. tools/need-dotnet.sh
. tools/packages.sh
install_packages postgresql chromium python3 python3-sklearn python3-pandas python3-scipy jupyter-notebook || true
exec dotnet run -c Release --project tests/Portal.Benchmarks -v quiet -- "$@"
