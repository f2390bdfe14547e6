#!/usr/bin/env bash
# Takes a picture of every page in both languages into docs/screenshots, from a trial of its own with the sample in it.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/need-dotnet.sh
. tools/packages.sh
install_packages chromium python3 python3-sklearn python3-pandas jupyter-notebook fonts-noto-cjk
exec dotnet run -c Release --project tests/Portal.Benchmarks -v quiet -- screenshots
