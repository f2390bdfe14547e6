using Portal.Core.Results;

namespace Portal.Core.Access;

/// <summary>
/// What may be changed about who belongs to a team or project: all or nothing; the last of the highest role stays; nobody
/// grants above their own right, and nobody raises themselves. Pure.
/// </summary>
/// <param name="What">The word of the object, first part of every refusal code.</param>
/// <param name="Grants">The highest role that the actor may grant or take away.</param>
public sealed record MembershipRules<TRole>(string What, Guid ActorId, TRole Grants) where TRole : struct, Enum
{
    /// <summary>Most people in one request.</summary>
    public const int Limit = 500;

    private static readonly TRole Highest = Enum.GetValues<TRole>().Max();

    /// <summary>What changes for whom, in the order asked for; empty when everything is so already.</summary>
    /// <returns>
    /// Refused with <c>*.members_many</c>, <c>*.role_unknown</c>, <c>*.member_unknown</c>, <c>*.member_twice</c>,
    /// <c>*.member_disabled</c>, <c>*.member_above_own</c>, <c>*.member_self</c> or <c>*.member_last</c>.
    /// </returns>
    public Result<List<MemberStep<TRole>>> Plan(
        IReadOnlyDictionary<Guid, TRole> current, IReadOnlyList<NamedPerson> people, IReadOnlyList<MemberChange<TRole>> changes)
    {
        if (changes.Count > Limit)
            return Refuse("members_many").With("limit", Limit);
        if (changes.Any(c => c.Role is { } role && !Enum.IsDefined(role)))
            return Refuse("role_unknown");
        var steps = new List<MemberStep<TRole>>();
        var unknown = new List<string>();
        foreach (var wanted in changes)
        {
            var name = NamedPeople.Normalize(wanted.UserName);
            if (people.FirstOrDefault(p => NamedPeople.Normalize(p.UserName) == name || (name.Length > 0 && p.NormalizedEmail == name)) is not { } person)
            {
                unknown.Add(wanted.UserName.Trim());
                continue;
            }
            TRole? before = current.TryGetValue(person.Id, out var role) ? role : null;
            var step = new MemberStep<TRole>(person.Id, person.UserName, before, wanted.Role);
            if (steps.Find(s => s.PersonId == person.Id) is { } earlier)
            {
                if (!Equals(earlier.After, step.After))
                    return Refuse("member_twice").With("person", person.UserName);
                continue;
            }
            if (CheckStep(step, person) is { } refusal)
                return refusal;
            steps.Add(step);
        }
        if (unknown.Count > 0)
            return Refuse("member_unknown").With("names", string.Join(", ", unknown.Take(10)));
        steps.RemoveAll(s => Equals(s.Before, s.After));
        return KeepsHighest(current, steps) ? steps : Refuse("member_last", RefusalKind.Conflict);
    }

    private Refusal? CheckStep(MemberStep<TRole> step, NamedPerson person)
    {
        if (Equals(step.Before, step.After))
            return null;
        if (person.Disabled && step.After is not null)
            return Refuse("member_disabled").With("person", person.UserName);
        if (Above(step.Before, Grants) || Above(step.After, Grants))
            return Refuse("member_above_own", RefusalKind.Forbidden).With("person", person.UserName);
        return step.PersonId == ActorId && step.After is not null && (step.Before is null || Above(step.After, step.Before.Value))
            ? Refuse("member_self", RefusalKind.Forbidden)
            : null;
    }

    private static bool KeepsHighest(IReadOnlyDictionary<Guid, TRole> current, List<MemberStep<TRole>> steps)
    {
        if (!steps.Exists(s => Equals(s.Before, Highest)))
            return true;
        var after = new Dictionary<Guid, TRole?>(current.Select(c => KeyValuePair.Create(c.Key, (TRole?)c.Value)));
        foreach (var step in steps)
            after[step.PersonId] = step.After;
        return after.ContainsValue(Highest);
    }

    private static bool Above(TRole? role, TRole limit) => role is { } value && Comparer<TRole>.Default.Compare(value, limit) > 0;

    private Refusal Refuse(string code, RefusalKind kind = RefusalKind.Invalid) => new($"{What}.{code}", kind, "Members");
}
