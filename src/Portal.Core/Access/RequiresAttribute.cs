namespace Portal.Core.Access;

/// <summary>States which permission a service method checks. A test enumerates all service methods and fails on silence.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresAttribute(Permission permission) : Attribute
{
    /// <summary>The permission that the method passes to <see cref="AccessGate"/>.</summary>
    public Permission Permission { get; } = permission;
}
