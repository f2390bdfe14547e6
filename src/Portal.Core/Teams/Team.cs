using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Projects;

namespace Portal.Core.Teams;

/// <summary>A group of people with leads, budgets and projects.</summary>
public sealed class Team : IVersioned
{
    /// <summary>UUIDv7; the form makes it, so that sending it twice makes one team.</summary>
    public Guid Id { get; set; } = Guid.CreateVersion7();

    /// <summary>What people call it; unique.</summary>
    public string Name { get; set; } = "";

    /// <summary>Prefilled for new projects of the team.</summary>
    public string DefaultRegion { get; set; } = "";

    /// <summary>Prefilled for new projects of the team.</summary>
    public DataClass DefaultDataClass { get; set; } = DataClass.Internal;

    /// <summary>Prefilled for new projects of the team; may be empty.</summary>
    public string DefaultCostCentre { get; set; } = "";

    /// <summary>When it was made, UTC.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <inheritdoc/>
    public long Generation { get; set; } = 1;

    /// <summary>Its people, leads among them; loaded only where it is included.</summary>
    public List<TeamMember> Members { get; set; } = [];

    internal sealed class Mapping : IEntityTypeConfiguration<Team>
    {
        public void Configure(EntityTypeBuilder<Team> builder)
        {
            builder.ToTable("teams");
            builder.Property(t => t.Name).HasMaxLength(TeamRules.NameLimit);
            builder.Property(t => t.DefaultRegion).HasMaxLength(ProjectRules.CodeLimit);
            builder.Property(t => t.DefaultCostCentre).HasMaxLength(ProjectRules.CodeLimit);
            builder.Property(t => t.DefaultDataClass).HasConversion<string>().HasMaxLength(20);
            builder.Property(t => t.Generation).IsConcurrencyToken();
            builder.HasIndex(t => t.Name).IsUnique();
            builder.HasMany(t => t.Members).WithOne().HasForeignKey(m => m.TeamId);
        }
    }
}

/// <summary>A person's place in a team.</summary>
public sealed class TeamMember
{
    /// <summary>Half of the key.</summary>
    public Guid TeamId { get; set; }

    /// <summary>The other half of the key: one role each.</summary>
    public Guid PersonId { get; set; }

    /// <summary>What they are in the team.</summary>
    public TeamRole Role { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<TeamMember>
    {
        public void Configure(EntityTypeBuilder<TeamMember> builder)
        {
            builder.ToTable("team_members");
            builder.HasKey(m => new { m.TeamId, m.PersonId });
            builder.Property(m => m.Role).HasConversion<string>().HasMaxLength(20);
            builder.HasOne<Person>().WithMany().HasForeignKey(m => m.PersonId);
            builder.HasIndex(m => m.PersonId);
        }
    }
}
