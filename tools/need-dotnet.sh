# Sourced by the scripts: stops with a sentence when the .NET 10 SDK is not there.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
if ! command -v dotnet >/dev/null 2>&1 || ! dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then
  cat >&2 <<'TEXT'
The .NET 10 SDK is needed and was not found.
  Debian, Ubuntu:  sudo apt-get install dotnet-sdk-10.0
                   (where the distribution lacks it: https://learn.microsoft.com/dotnet/core/install/linux)
  Elsewhere:       https://dotnet.microsoft.com/download/dotnet/10.0
TEXT
  exit 1
fi
