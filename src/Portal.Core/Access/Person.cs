using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Core.Access;

/// <summary>Somebody with an account. Sign-in data (password hash, lock-out) is Identity's and never leaves it.</summary>
public sealed class Person : IdentityUser<Guid>
{
    /// <summary>The name that others see.</summary>
    public string DisplayName { get; set; } = "";

    /// <summary>What they are on the platform as a whole; what they are in teams and projects is in those rows.</summary>
    public PlatformRole Role { get; set; }

    /// <summary>A disabled person keeps their history and can do nothing.</summary>
    public bool Disabled { get; set; }

    /// <summary>Chosen language, <c>en</c> or <c>zh-Hans</c>, or null to follow the browser.</summary>
    public string? Language { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Person>
    {
        public void Configure(EntityTypeBuilder<Person> builder)
        {
            builder.ToTable("people");
            builder.Property(p => p.UserName).HasMaxLength(256);
            builder.Property(p => p.NormalizedUserName).HasMaxLength(256);
            builder.Property(p => p.Email).HasMaxLength(256);
            builder.Property(p => p.NormalizedEmail).HasMaxLength(256);
            builder.Property(p => p.DisplayName).HasMaxLength(200);
            builder.Property(p => p.Role).HasConversion<string>().HasMaxLength(20);
            builder.Property(p => p.ConcurrencyStamp).IsConcurrencyToken();
            builder.HasIndex(p => p.NormalizedUserName).IsUnique();
        }
    }
}
