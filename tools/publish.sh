# Sourced by the scripts: publish_portal FOLDER publishes the portal there unless what is there is newer than every source file.
publish_portal() {
  local app=$1
  if [ ! -f "$app/.built" ] || [ -n "$(find src Directory.Build.props Directory.Packages.props \
      \( -name bin -o -name obj \) -prune -o -type f -newer "$app/.built" -print -quit 2>/dev/null)" ]; then
    echo "Building ..."
    rm -rf "$app"
    dotnet publish src/Portal/Portal.csproj -c Release -o "$app" -v quiet -nologo
    touch "$app/.built"
  fi
}
