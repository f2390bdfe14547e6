using Portal.Testing.Databases;
using Portal.Testing.Web;

[assembly: AssemblyFixture(typeof(Portal.Integration.Tests.PortalFixture))]
[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Portal.Integration.Tests;

/// <summary>One portal without a cluster for the tests of this assembly.</summary>
public sealed class PortalFixture : IAsyncLifetime
{
    public RunningPortal Portal { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => Portal = await RunningPortal.StartAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Portal.DisposeAsync();
}
