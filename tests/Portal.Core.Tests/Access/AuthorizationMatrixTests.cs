using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Results;
using Portal.Core.Tests.Access.Matrix;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Access;

/// <summary>
/// Every service method × every role × own, other and absent project, against <see cref="AccessTable"/>. A method that is not
/// registered fails here; how to register one stands at the top of <see cref="MatrixCases"/>.
/// </summary>
public class AuthorizationMatrixTests
{
    private static readonly Dictionary<string, List<MatrixCase>> Cases =
        MatrixWorld.Features.SelectMany(f => f.All).GroupBy(c => c.Name).ToDictionary(g => g.Key, g => g.ToList());

    public static TheoryData<string> Methods => [.. ServiceMethods().GroupBy(NameOf).Select(g => g.Key).Order(StringComparer.Ordinal)];

    [Fact]
    public void Methods_AreFound() => Assert.Contains("ProjectService.CreateAsync", Methods.Select(m => m.Data));

    [Fact]
    public void Cases_NameMethodsThatExist() => Assert.Empty(Cases.Keys.Except(Methods.Select(m => m.Data)));

    [Theory, MemberData(nameof(Methods))]
    public void Method_StatesItsPermission(string method) =>
        Assert.All(ServiceMethods().Where(m => NameOf(m) == method), m => Assert.NotNull(m.GetCustomAttribute<RequiresAttribute>()));

    [Theory, MemberData(nameof(Methods))]
    public async Task Method_IsAllowedToWhomTheTableAllowsItAndToNobodyElse(string method)
    {
        Assert.True(Cases.TryGetValue(method, out var cases), $"{method} is not in the matrix: see the top of Access/Matrix/MatrixCases.cs.");
        var world = await MatrixWorld.GetAsync();
        var wrong = new List<string>();
        foreach (var entry in cases)
            await new MatrixRun(world, entry, wrong).AllAsync();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static IEnumerable<MethodInfo> ServiceMethods() => typeof(AccessTable).Assembly.GetTypes()
        // A guarded change is given the permission by the service method that calls it.
        .Where(t => t is { IsPublic: true, IsAbstract: false } && t != typeof(GuardedChange))
        .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
        .Where(m => m.ReturnType.IsAssignableTo(typeof(Task)) && m.GetParameters() is [var first, ..] && first.ParameterType == typeof(Actor));

    private static string NameOf(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";
}
