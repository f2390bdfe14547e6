using Portal;

await PortalApplication.Build(args).RunAsync();
