#!/usr/bin/env bash
# Adds a migration to both providers: tools/add-migrations.sh NAME
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -eq 1 ] || { echo "usage: tools/add-migrations.sh NAME" >&2; exit 2; }
dotnet tool restore >/dev/null
for provider in Postgres Sqlite; do
  dotnet ef migrations add "$1" --project src/Portal.Infrastructure --context "${provider}PortalDb" \
    --output-dir "Data/$provider/Migrations"
done
