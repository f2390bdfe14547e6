using Evaluate = System.Func<Portal.LocalCluster.Cel.CelScope, object?>;

namespace Portal.LocalCluster.Cel;

/// <summary>The macros over lists and keys of maps: <c>all(x, …)</c>, <c>exists</c>, <c>exists_one</c>, <c>filter</c>, <c>map</c>.</summary>
internal static class CelMacros
{
    public static readonly HashSet<string> Names = ["all", "exists", "exists_one", "existsOne", "filter", "map"];

    public static Evaluate Make(string name, Evaluate target, string variable, List<Evaluate> bodies)
    {
        if (bodies.Count == 0 || bodies.Count > (name == "map" ? 2 : 1)) throw new CelException($"invalid arguments to {name}() macro");
        Evaluate body = bodies[0];
        bool Holds(CelScope scope, object? item) => CelOperators.Flag(body(scope.With(variable, item)));
        return name switch
        {
            "all" => scope => Quantify(target, scope, item => Holds(scope, item), decides: false),
            "exists" => scope => Quantify(target, scope, item => Holds(scope, item), decides: true),
            "filter" => scope => CelValue.Elements(target(scope)).Where(item => Holds(scope, item)).ToList(),
            "map" when bodies.Count == 2 => scope => CelValue.Elements(target(scope)).Where(item => Holds(scope, item)).Select(item => bodies[1](scope.With(variable, item))).ToList(),
            "map" => scope => CelValue.Elements(target(scope)).Select(item => body(scope.With(variable, item))).ToList(),
            _ => scope => CelValue.Elements(target(scope)).Count(item => Holds(scope, item)) == 1,
        };
    }

    /// <summary>One deciding element outweighs others that have no value.</summary>
    private static object Quantify(Evaluate target, CelScope scope, Func<object?, bool> holds, bool decides)
    {
        CelException? failure = null;
        foreach (object? item in CelValue.Elements(target(scope)))
        {
            try
            {
                if (holds(item) == decides) return decides;
            }
            catch (CelException wrong)
            {
                failure ??= wrong;
            }
        }
        return failure is null ? !decides : throw failure;
    }
}
