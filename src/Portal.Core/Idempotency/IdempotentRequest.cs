using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Core.Idempotency;

/// <summary>An API call that named an idempotency key, with the answer that a repeat of it is given.</summary>
public sealed class IdempotentRequest
{
    /// <summary>SHA-256 of actor and key: another person's key is another row.</summary>
    public string Key { get; set; } = "";

    /// <summary>SHA-256 of method, path and body: the same key with another request is refused.</summary>
    public string Request { get; set; } = "";

    /// <summary>HTTP status of the answer; 0 while the first call is still at work.</summary>
    public int Status { get; set; }

    /// <summary>Content type of the answer; empty for an answer without content.</summary>
    public string ContentType { get; set; } = "";

    /// <summary>The answer's content, as JSON; before it, where the answer led to what it made, that address on a line of its own.</summary>
    public string Body { get; set; } = "";

    /// <summary>When the first call came, UTC.</summary>
    public DateTimeOffset StartedAt { get; set; }

    /// <summary>Where the answer led to, or null.</summary>
    public string? Location => Body.StartsWith('/') ? Body[..Body.IndexOf('\n', StringComparison.Ordinal)] : null;

    /// <summary>The answer's content.</summary>
    public string Content => Location is { } location ? Body[(location.Length + 1)..] : Body;

    /// <summary>An answer as <see cref="Body"/> holds it.</summary>
    internal static string BodyOf(string? location, string content) => location is ['/', ..] ? location + "\n" + content : content;

    internal sealed class Mapping : IEntityTypeConfiguration<IdempotentRequest>
    {
        public void Configure(EntityTypeBuilder<IdempotentRequest> builder)
        {
            builder.ToTable("idempotent_requests");
            builder.HasKey(r => r.Key);
            builder.Property(r => r.Key).HasMaxLength(64);
            builder.Property(r => r.Request).HasMaxLength(64);
            builder.Property(r => r.ContentType).HasMaxLength(100);
            builder.Ignore(r => r.Location).Ignore(r => r.Content);
            builder.HasIndex(r => r.StartedAt);
        }
    }
}
