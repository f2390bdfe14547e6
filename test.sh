#!/usr/bin/env bash
# Builds everything, runs every suite, and ends with the line "N passed, N failed, N skipped".
set -uo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build Portal.sln -v quiet || exit 1
log=$(mktemp)
dotnet test Portal.sln --no-build -v minimal 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
awk -F'[:,]' '/Failed: +[0-9]+, Passed:/{f+=$2;p+=$4;s+=$6}END{printf "%d passed, %d failed, %d skipped\n",p,f,s}' "$log"
exit "$status"
