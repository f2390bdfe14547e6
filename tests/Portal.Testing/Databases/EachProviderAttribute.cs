using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Portal.Testing.Databases;

/// <summary>Runs a theory once on each database provider.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EachProviderAttribute : DataAttribute
{
    /// <inheritdoc/>
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([.. Enum.GetValues<Provider>().Select(p => new TheoryDataRow<Provider>(p))]);

    /// <inheritdoc/>
    public override bool SupportsDiscoveryEnumeration() => true;
}
