#!/usr/bin/env bash
# Starts the portal on http://127.0.0.1:8080 with SQLite and the embedded cluster; all state is under ./.data.
set -euo pipefail
cd "$(dirname "$0")"

usage() {
  cat <<'TEXT'
usage: ./run.sh [options]
  --port N                listen on this port of 127.0.0.1 (8080)
  --kubeconfig FILE       use this cluster in place of the embedded one
  --postgres CONNECTION   use this database in place of SQLite (an Npgsql connection string)
  --no-sample             start without the sample project
  --reset                 delete ./.data and start afresh
TEXT
}

port=8080 kubeconfig='' postgres='' sample=true reset=false
while [ $# -gt 0 ]; do
  case "$1" in
    --port | --kubeconfig | --postgres)
      [ $# -ge 2 ] || { echo "$1 needs a value." >&2; usage >&2; exit 2; }
      case "$1" in
        --port) port=$2 ;;
        --kubeconfig) kubeconfig=$2 ;;
        --postgres) postgres=$2 ;;
      esac
      shift 2 ;;
    --no-sample) sample=false; shift ;;
    --reset) reset=true; shift ;;
    -h | --help) usage; exit 0 ;;
    *) echo "Unknown option: $1" >&2; usage >&2; exit 2 ;;
  esac
done
[[ $port =~ ^[0-9]{1,5}$ ]] && [ "$port" -ge 1 ] && [ "$port" -le 65535 ] || { echo "--port takes a number from 1 to 65535, not '$port'." >&2; exit 2; }
[ -z "$kubeconfig" ] || [ -r "$kubeconfig" ] || { echo "The kubeconfig '$kubeconfig' cannot be read." >&2; exit 2; }
[ -z "$kubeconfig" ] || kubeconfig=$(realpath "$kubeconfig")

. tools/need-dotnet.sh
. tools/packages.sh
. tools/publish.sh

if [ -z "$kubeconfig" ]; then
  # The embedded cluster runs notebooks and trainings with the distribution's own programs.
  install_packages python3 python3-sklearn python3-pandas jupyter-notebook ||
    echo "Starting all the same: notebooks and trainings will show what is missing." >&2
fi

app=.cache/app
publish_portal "$app"

if $reset; then rm -rf .data; fi
mkdir -p .data
chmod 700 .data

arguments=(--urls "http://127.0.0.1:$port" --Portal:DataDirectory "$PWD/.data" --Sample:Enabled "$sample")
if [ -n "$kubeconfig" ]; then
  arguments+=(--Cluster:Mode Kubeconfig --Cluster:Kubeconfig "$kubeconfig")
else
  arguments+=(--Cluster:Mode Embedded)
fi
# The connection string may hold a password, and arguments can be read by every user of the machine.
[ -z "$postgres" ] || export Database__Postgres="$postgres"
export ASPNETCORE_ENVIRONMENT=${ASPNETCORE_ENVIRONMENT:-Trial}
# Short-lived objects are collected every 16 MB (hexadecimal): else those of one list of a large cluster double what it takes.
export DOTNET_GCgen0size=${DOTNET_GCgen0size:-1000000}

# The portal takes the place of this script, so that Ctrl-C reaches it and it ends what it started.
exec dotnet "$app/Portal.dll" --contentRoot "$app" "${arguments[@]}"
