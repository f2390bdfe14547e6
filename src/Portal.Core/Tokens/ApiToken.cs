using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Core.Access;

namespace Portal.Core.Tokens;

/// <summary>A bearer token that a person made for the API. Only its hash is stored; the token itself is shown once.</summary>
public sealed class ApiToken
{
    /// <summary>UUIDv7 made in code; names the token to its owner, and is no secret.</summary>
    public Guid Id { get; set; } = Guid.CreateVersion7();

    /// <summary>The person as whom its bearer acts.</summary>
    public Guid PersonId { get; set; }

    /// <summary>What the person calls it.</summary>
    public string Name { get; set; } = "";

    /// <summary>SHA-256 of the token, lower-case hex. The token holds 256 random bits, so a slow hash would add nothing.</summary>
    public string Hash { get; set; } = "";

    /// <summary>When it was made, UTC.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>From when on it is refused, UTC; every token has an end.</summary>
    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>Last use, to the hour.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>When its owner revoked it, UTC; null while it holds.</summary>
    public DateTimeOffset? RevokedAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<ApiToken>
    {
        public void Configure(EntityTypeBuilder<ApiToken> builder)
        {
            builder.ToTable("api_tokens");
            builder.Property(t => t.Name).HasMaxLength(ApiTokenService.NameLimit);
            builder.Property(t => t.Hash).HasMaxLength(64);
            builder.HasIndex(t => t.Hash).IsUnique();
            builder.HasIndex(t => t.PersonId);
            builder.HasOne<Person>().WithMany().HasForeignKey(t => t.PersonId);
        }
    }
}
