[assembly: AssemblyFixture(typeof(Portal.EndToEnd.Tests.Browser.PortalBrowser))]
