using System.Text.Json.Nodes;

namespace Portal.LocalCluster.Machinery;

/// <summary>A label selector: <c>a=b,c!=d,e in (f,g),h notin (i),j,!k,l&gt;1,m&lt;2</c>, or an object's matchLabels and matchExpressions.</summary>
public sealed class LabelSelector
{
    public static readonly LabelSelector Everything = new([]);

    private readonly IReadOnlyList<Requirement> _requirements;

    private LabelSelector(IReadOnlyList<Requirement> requirements) => _requirements = requirements;

    public bool IsEmpty => _requirements.Count == 0;

    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        foreach (var requirement in _requirements)
        {
            if (!requirement.Matches(labels)) return false;
        }
        return true;
    }

    public bool Matches(JsonObject item) => Matches(LabelsOf(item));

    public static IReadOnlyDictionary<string, string> LabelsOf(JsonObject item) =>
        item.Map("metadata", "labels")?.ToDictionary(label => label.Key, label => label.Value.AsText() ?? "") ?? [];

    /// <summary>From a spec.selector; an absent one selects nothing, an empty one everything.</summary>
    public static LabelSelector? From(JsonObject? selector)
    {
        if (selector is null) return null;
        List<Requirement> requirements = [.. (selector.Map("matchLabels") ?? []).Select(pair => new Requirement(pair.Key, Operator.In, [pair.Value.AsText() ?? ""]))];
        foreach (var expression in (selector.Items("matchExpressions") ?? []).OfType<JsonObject>())
        {
            var values = (expression.Items("values") ?? []).Select(value => value.AsText() ?? "").ToHashSet(StringComparer.Ordinal);
            requirements.Add(new Requirement(expression.Text("key") ?? "", expression.Text("operator") switch
            {
                "In" => Operator.In,
                "NotIn" => Operator.NotIn,
                "Exists" => Operator.Exists,
                _ => Operator.Absent,
            }, values));
        }
        return new LabelSelector(requirements);
    }

    /// <exception cref="ApiException">400, in the words of the real server.</exception>
    public static LabelSelector Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return Everything;
        var reader = new Reader(text);
        List<Requirement> requirements = [];
        while (true)
        {
            var requirement = reader.Requirement();
            Check(requirement);
            requirements.Add(requirement);
            if (reader.Next is "") return new LabelSelector(requirements);
            if (reader.Take() is not "," and var found) throw Unreadable($"found '{found}', expected: ',' or 'end of string'");
        }
    }

    private static void Check(Requirement requirement)
    {
        var causes = new Causes();
        Names.CheckKey(requirement.Key, "key", causes);
        var index = 0;
        foreach (var value in requirement.Values)
        {
            if (requirement.Operator is Operator.Above or Operator.Below && Whole(value) is null)
                causes.Invalid($"values[{index}]", value, "for 'Gt', 'Lt' operators, the value must be an integer");
            Names.CheckLabelValue(value, $"values[{index++}][{requirement.Key}]", causes);
        }
        if (causes.Any) throw Unreadable(causes.ToString());
    }

    private static long? Whole(string text) =>
        long.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null;

    private static ApiException Unreadable(string why) => new(400, "BadRequest", "unable to parse requirement: " + why);

    private enum Operator
    {
        In,
        NotIn,
        Exists,
        Absent,
        Above,
        Below,
    }

    private sealed record Requirement(string Key, Operator Operator, HashSet<string> Values)
    {
        public bool Matches(IReadOnlyDictionary<string, string> labels) => Operator switch
        {
            Operator.In => labels.TryGetValue(Key, out var value) && Values.Contains(value),
            Operator.NotIn => !labels.TryGetValue(Key, out var value) || !Values.Contains(value),
            Operator.Exists => labels.ContainsKey(Key),
            Operator.Above => labels.TryGetValue(Key, out var value) && Whole(value) > Whole(Values.First()),
            Operator.Below => labels.TryGetValue(Key, out var value) && Whole(value) < Whole(Values.First()),
            _ => !labels.ContainsKey(Key),
        };
    }

    private ref struct Reader(string text)
    {
        private int _at;
        private string? _next;

        public string Next => _next ??= Read();

        public string Take()
        {
            var token = Next;
            _next = null;
            return token;
        }

        public Requirement Requirement()
        {
            if (Next is "!")
            {
                Take();
                return new Requirement(Key(), Operator.Absent, []);
            }
            var key = Key();
            switch (Next)
            {
                case "" or ",":
                    return new Requirement(key, Operator.Exists, []);
                case "=" or "==":
                    Take();
                    return new Requirement(key, Operator.In, [Value()]);
                case "!=":
                    Take();
                    return new Requirement(key, Operator.NotIn, [Value()]);
                case ">" or "<":
                    return new Requirement(key, Take() is ">" ? Operator.Above : Operator.Below, [Value()]);
                case "in" or "notin":
                    return new Requirement(key, Take() is "in" ? Operator.In : Operator.NotIn, Values());
                default:
                    throw Unreadable($"found '{Next}', expected: in, notin, =, ==, !=, gt, lt");
            }
        }

        private string Key() =>
            Next is "" or "," or "(" or ")" or "=" or "==" or "!=" or "<" or ">" ? throw Unreadable($"found '{Next}', expected: !, identifier, or 'end of string'") : Take();

        private string Value() => Next is "" or "," ? "" : Take();

        private HashSet<string> Values()
        {
            if (Take() is not "(" and var found) throw Unreadable($"found '{found}', expected: '('");
            HashSet<string> values = new(StringComparer.Ordinal);
            while (true)
            {
                values.Add(Next is "," or ")" ? "" : Take());
                switch (Take())
                {
                    case ")":
                        return values;
                    case ",":
                        continue;
                    case var other:
                        throw Unreadable($"found '{other}', expected: ',' or ')'");
                }
            }
        }

        private string Read()
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
            if (_at >= text.Length) return "";
            var start = _at++;
            switch (text[start])
            {
                case ',' or '(' or ')' or '<' or '>':
                    break;
                case '=' or '!':
                    if (_at < text.Length && text[_at] == '=') _at++;
                    break;
                default:
                    while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && text[_at] is not (',' or '(' or ')' or '=' or '!' or '<' or '>')) _at++;
                    break;
            }
            return text[start.._at];
        }
    }
}
