using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Core.Teams;

namespace Portal.Core.Hardware;

/// <summary>How much of a pool the leads of a team may grant to the team's projects by themselves; an admin may go beyond.</summary>
public sealed class TeamBudget
{
    /// <summary>Half of the key.</summary>
    public Guid PoolId { get; set; }

    /// <summary>The other half of the key.</summary>
    public Guid TeamId { get; set; }

    /// <summary>Units that all grants of the team's projects may add up to. No row is the same as 0.</summary>
    public int Limit { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<TeamBudget>
    {
        public void Configure(EntityTypeBuilder<TeamBudget> builder)
        {
            builder.ToTable("team_budgets", t => t.HasCheckConstraint("ck_team_budgets_limit", "\"Limit\" >= 0"));
            builder.HasKey(b => new { b.PoolId, b.TeamId });
            builder.HasOne<HardwarePool>().WithMany().HasForeignKey(b => b.PoolId);
            builder.HasOne<Team>().WithMany().HasForeignKey(b => b.TeamId);
        }
    }
}
