using System.Runtime.CompilerServices;
using Bunit;

namespace Portal.Components.Tests;

/// <summary>How long a condition is waited for: on a busy machine bUnit's own second says nothing of the page.</summary>
internal static class Patience
{
    [ModuleInitializer]
    public static void Set() => BunitContext.DefaultWaitTimeout = TimeSpan.FromSeconds(30);
}
