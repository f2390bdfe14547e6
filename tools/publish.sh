# Sourced by the scripts: publish_portal FOLDER publishes the portal there unless what is there is newer than every source file.
publish_portal() {
  local app=$1
  if [ ! -f "$app/.built" ] || [ -n "$(find src Directory.Build.props Directory.Packages.props \
      \( -name bin -o -name obj \) -prune -o -type f -newer "$app/.built" -print -quit 2>/dev/null)" ]; then
    echo "Building; the first time takes a few minutes ..."
    publish_compiled "$app" || publish_plain "$app"
    touch "$app/.built"
  fi
}

# Compiled ahead, which halves the time of a start. Apart from other builds, whose restores know no runtime.
publish_compiled() {
  local app=$1 rid
  rid=$(dotnet --info | awk '$1 == "RID:" { print $2; exit }')
  rm -rf "$app"
  dotnet publish src/Portal/Portal.csproj -c Release -r "$rid" --self-contained false -o "$app" --artifacts-path .cache/build \
    -p:PublishReadyToRun=true -p:NuGetLockFilePath=obj/publish.lock.json -v quiet -nologo
}

# Where the package source has no ahead-of-time compiler for this machine.
publish_plain() {
  local app=$1
  echo "It could not be compiled ahead of its start; building it plain ..." >&2
  rm -rf "$app"
  dotnet publish src/Portal/Portal.csproj -c Release -o "$app" -v quiet -nologo
}
