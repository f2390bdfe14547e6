FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Portal/Portal.csproj -c Release -o /app --nologo

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
# The base image's own unprivileged user; numeric, so that runAsNonRoot can be checked. A platform may choose any other user, as
# OpenShift does: those are in group 0, which therefore may do what the owner may.
RUN mkdir /data && chown 1654:0 /data && chmod 770 /data
USER 1654
# Its settings file lets it listen on this machine alone, which in a container is nobody.
ENV Urls=http://*:8080 Portal__DataDirectory=/data
# Hexadecimal: short-lived objects are collected every 16 MB, so that lists of a large cluster do not double what it takes.
ENV DOTNET_GCgen0size=1000000
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["dotnet", "Portal.dll"]
