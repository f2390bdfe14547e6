using Evaluate = System.Func<Portal.LocalCluster.Cel.CelScope, object?>;

namespace Portal.LocalCluster.Cel;

/// <summary>Reads an expression by precedence, from the ternary down to literals, into functions of a scope.</summary>
internal sealed class CelParser(string source)
{
    private readonly List<Token> _tokens = CelTokens.Of(source);
    private int _at;

    private Token Next => _tokens[_at];

    public Evaluate Parse()
    {
        Evaluate whole = Ternary();
        return Next.Kind == TokenKind.End ? whole : throw Unexpected();
    }

    private Evaluate Ternary()
    {
        Evaluate condition = Or();
        if (!Take("?")) return condition;
        Evaluate yes = Or();
        Expect(":");
        Evaluate no = Ternary();
        return scope => CelOperators.Flag(condition(scope)) ? yes(scope) : no(scope);
    }

    private Evaluate Or()
    {
        Evaluate left = And();
        while (Take("||"))
        {
            (Evaluate one, Evaluate other) = (left, And());
            left = scope => CelOperators.Either(one, other, scope, decides: true);
        }
        return left;
    }

    private Evaluate And()
    {
        Evaluate left = Relation();
        while (Take("&&"))
        {
            (Evaluate one, Evaluate other) = (left, Relation());
            left = scope => CelOperators.Either(one, other, scope, decides: false);
        }
        return left;
    }

    private Evaluate Relation() => Binary(() => Binary(() => Binary(Unary, "*", "/", "%"), "+", "-"), "==", "!=", "<", "<=", ">", ">=", "in");

    private Evaluate Binary(Func<Evaluate> inner, params string[] operators)
    {
        Evaluate left = inner();
        while (operators.Contains(Next.Text, StringComparer.Ordinal) && Next.Kind is TokenKind.Sign or TokenKind.Name)
        {
            string name = _tokens[_at++].Text;
            (Evaluate one, Evaluate other) = (left, inner());
            left = scope => CelOperators.Apply(name, one(scope), other(scope));
        }
        return left;
    }

    private Evaluate Unary()
    {
        if (Take("!"))
        {
            Evaluate inner = Unary();
            return scope => !CelOperators.Flag(inner(scope));
        }
        if (Take("-"))
        {
            Evaluate inner = Unary();
            return scope => inner(scope) switch { long whole => (object)-whole, double real => -real, var other => throw new CelException($"no such overload: -{CelValue.TypeName(other)}") };
        }
        return Member();
    }

    private Evaluate Member()
    {
        Evaluate target = Primary();
        while (true)
        {
            Evaluate inner = target;
            if (Take("."))
            {
                string name = Name();
                target = Take("(") ? Method(inner, name) : scope => CelValue.Field(inner(scope), name);
            }
            else if (Take(".?"))
            {
                string name = Name();
                target = scope => CelValue.OptionalField(inner(scope), name);
            }
            else if (Next.Text is "[" or "[?" && Next.Kind == TokenKind.Sign)
            {
                bool optional = _tokens[_at++].Text == "[?";
                Evaluate key = Ternary();
                Expect("]");
                target = optional ? scope => CelValue.OptionalField(inner(scope), key(scope)) : scope => CelValue.Field(inner(scope), key(scope));
            }
            else
            {
                return target;
            }
        }
    }

    private Evaluate Method(Evaluate target, string name)
    {
        if (CelMacros.Names.Contains(name))
        {
            string variable = Name();
            List<Evaluate> bodies = [];
            while (Take(",")) bodies.Add(Ternary());
            Expect(")");
            return CelMacros.Make(name, target, variable, bodies);
        }
        List<Evaluate> arguments = Arguments(")");
        return scope => CelFunctions.Call(name, target(scope), [.. arguments.Select(argument => argument(scope))]);
    }

    private Evaluate Primary()
    {
        Token token = _tokens[_at++];
        switch (token)
        {
            case { Kind: TokenKind.Text or TokenKind.Whole or TokenKind.Real }:
                return _ => token.Value;
            case { Kind: TokenKind.Sign, Text: "(" }:
                Evaluate inner = Ternary();
                Expect(")");
                return inner;
            case { Kind: TokenKind.Sign, Text: "[" }:
                List<Evaluate> items = Arguments("]");
                return scope => items.Select(item => item(scope)).ToList();
            case { Kind: TokenKind.Sign, Text: "{" }:
                return Map();
            case { Kind: TokenKind.Name, Text: "true" or "false" }:
                return _ => token.Text == "true";
            case { Kind: TokenKind.Name, Text: "null" }:
                return _ => null;
            case { Kind: TokenKind.Name, Text: "has" } when Take("("):
                return Has();
            case { Kind: TokenKind.Name, Text: "optional" } when Take("."):
                string kind = Name();
                Expect("(");
                List<Evaluate> held = Arguments(")");
                return scope => CelFunctions.Optional(kind, [.. held.Select(argument => argument(scope))]);
            case { Kind: TokenKind.Name } when Take("("):
                List<Evaluate> arguments = Arguments(")");
                return scope => CelFunctions.Call(token.Text, [.. arguments.Select(argument => argument(scope))]);
            case { Kind: TokenKind.Name }:
                return scope => scope.Find(token.Text);
            default:
                _at--;
                throw Unexpected();
        }
    }

    /// <summary><c>has(a.b)</c>: whether the last step is there; that the ones before it are, is presumed.</summary>
    private Evaluate Has()
    {
        int start = _at;
        Evaluate whole = Ternary();
        int end = _at;
        Expect(")");
        if (end - start < 3 || _tokens[end - 1].Kind != TokenKind.Name || _tokens[end - 2].Text != ".") throw new CelException("invalid argument to has() macro");
        string field = _tokens[end - 1].Text;
        _ = whole;
        Evaluate target = new CelParser(_tokens[start..(end - 2)]).Parse();
        return scope => CelValue.TryField(target(scope), field, out _);
    }

    private CelParser(List<Token> tokens) : this("") => _tokens = [.. tokens, new Token(TokenKind.End, "")];

    private Evaluate Map()
    {
        List<(Evaluate Key, Evaluate Value)> entries = [];
        while (!Take("}"))
        {
            Evaluate key = Ternary();
            Expect(":");
            entries.Add((key, Ternary()));
            if (!Take(",") && Next.Text != "}") throw Unexpected();
        }
        return scope => entries.ToDictionary(entry => entry.Key(scope) ?? throw new CelException("unsupported key type"), entry => entry.Value(scope));
    }

    private List<Evaluate> Arguments(string end)
    {
        List<Evaluate> arguments = [];
        while (!Take(end))
        {
            arguments.Add(Ternary());
            if (!Take(",") && Next.Text != end) throw Unexpected();
        }
        return arguments;
    }

    private string Name() => Next.Kind == TokenKind.Name ? _tokens[_at++].Text : throw Unexpected();

    private bool Take(string sign)
    {
        if (Next.Kind is not (TokenKind.Sign or TokenKind.Name) || Next.Text != sign) return false;
        _at++;
        return true;
    }

    private void Expect(string sign)
    {
        if (!Take(sign)) throw Unexpected();
    }

    private CelException Unexpected() => new(Next.Kind == TokenKind.End ? "Syntax error: mismatched input '<EOF>'" : $"Syntax error: extraneous input '{Next.Value ?? Next.Text}'");
}
