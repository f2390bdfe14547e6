#!/usr/bin/env bash
# Installs what the tests need, builds, runs every suite, and ends with "N passed, N failed, N skipped".
set -uo pipefail
cd "$(dirname "$0")"
. tools/need-dotnet.sh
. tools/packages.sh

install_packages postgresql chromium python3 python3-sklearn python3-pandas python3-scipy jupyter-notebook fonts-noto-cjk ||
  echo "Some of what the tests need is missing; those tests are skipped with their reason." >&2
tools/install-test-tools.sh || echo "helm or kubectl could not be installed; their tests are skipped with that reason." >&2
export PATH="$PWD/.cache/tools:$PATH"

dotnet build Portal.sln -v quiet -nologo || exit 1

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
for project in tests/*.Tests; do
  dotnet test "$project" --no-build -v minimal -nologo --logger "console;verbosity=minimal" 2>&1 | tee -a "$log"
  [ "${PIPESTATUS[0]}" -eq 0 ] || status=1
done

counts=$(awk -F'[:,]' '/Failed: +[0-9]+, Passed:/{f+=$2;p+=$4;s+=$6}END{printf "%d %d %d",p,f,s}' "$log")
read -r passed failed skipped <<<"$counts"
[ "$passed" -gt 0 ] || status=1
if [ "${CI:-}" = true ] && [ "$skipped" -gt 0 ]; then
  echo "In CI a skipped test is a failure; the reasons are above."
  status=1
fi
# What went wrong, once more at the end, where it is looked for.
awk '/^ +(Failed|Skipped) [A-Z]/{print substr($0,1,250)} /^ +Error Message:/{n=4} n-->0&&!/Error Message:/{print "    " substr($0,1,300)}' "$log"
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
