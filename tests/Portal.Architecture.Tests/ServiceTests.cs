using System.Reflection;
using Microsoft.AspNetCore.Components;
using Portal.Core.Access;
using Portal.Localization;

namespace Portal.Architecture.Tests;

/// <summary>Services state their permission and stay small; so do pages.</summary>
public class ServiceTests
{
    private const int ServiceInjections = 5;
    private const int PageInjections = 6;

    // Authentication itself: whoever calls has nobody to name yet.
    private static readonly string[] WithoutActor = ["ApiTokenService.AuthenticateAsync"];

    [Fact]
    public void ServiceMethods_TakeAnActorAndStateTheirPermission() =>
        Assert.Empty(Services().SelectMany(Silent).Except(WithoutActor));

    [Fact]
    public void Services_HaveFewDependencies() => Assert.Empty(Services().Where(t => Injections(t) > ServiceInjections).Select(t => t.Name));

    [Fact]
    public void Pages_HaveFewInjections() => Assert.Empty(typeof(PortalApplication).Assembly.GetTypes()
        .Where(t => t.IsSubclassOf(typeof(ComponentBase)) && t.Namespace?.StartsWith("Portal.Components.Pages", StringComparison.Ordinal) == true)
        .Where(t => InjectedProperties(t) > PageInjections).Select(t => t.FullName));

    [Fact]
    public void SilentService_IsFound() =>
        Assert.Equal(["SilentService.DoAsync", "SilentService.ReadAsync"], Silent(typeof(SilentService)).Order(StringComparer.Ordinal));

    [Fact]
    public void GreedyTypes_AreFound()
    {
        Assert.Equal(6, Injections(typeof(SilentService)));
        Assert.Equal(1, InjectedProperties(typeof(PageWithOne)));
    }

    private static IEnumerable<Type> Services() => typeof(AccessTable).Assembly.GetTypes()
        .Where(t => t is { IsPublic: true, IsClass: true } && t.Name.EndsWith("Service", StringComparison.Ordinal));

    private static IEnumerable<string> Silent(Type service) => service
        .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(m => m.ReturnType.IsAssignableTo(typeof(Task)) || m.ReturnType.Name.StartsWith("ValueTask", StringComparison.Ordinal)
            || m.ReturnType.Name.StartsWith("IAsyncEnumerable", StringComparison.Ordinal))
        .Where(m => m.GetCustomAttribute<RequiresAttribute>() is null || m.GetParameters().All(p => p.ParameterType != typeof(Actor)))
        .Select(m => $"{service.Name}.{m.Name}");

    private static int Injections(Type service) => service.GetConstructors().Max(c => c.GetParameters().Length);

    private static int InjectedProperties(Type page) => page
        .GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        .Count(p => p.GetCustomAttribute<InjectAttribute>() is not null && !IsWords(p.PropertyType));

    // Every page speaks: its words say nothing of how much it does.
    private static bool IsWords(Type type) => type == typeof(Words) || type.Name.StartsWith("IStringLocalizer", StringComparison.Ordinal);

    private sealed class PageWithOne : ComponentBase
    {
        [Inject]
        private NavigationManager Navigator { get; set; } = default!;
    }

#pragma warning disable CS9113 // the parameters are there to be counted
    private sealed class SilentService(object a, object b, object c, object d, object e, object f)
#pragma warning restore CS9113
    {
        [Requires(Permission.PortalUse)]
        public Task ReadAsync() => Task.CompletedTask;

        public Task DoAsync(Actor actor) => Task.FromResult(actor);

        [Requires(Permission.PortalUse)]
        public Task FineAsync(Actor actor) => Task.FromResult(actor);
    }
}
