using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Core.Data;
using Portal.Core.Projects;

namespace Portal.Core.Clusters;

/// <summary>A cluster that projects can live on, and how to reach it.</summary>
public sealed class ClusterRegistration : IVersioned
{
    /// <summary>Id of the registration that the installation's own settings make at the start.</summary>
    public static readonly Guid ConfiguredId = new("019a0000-0000-7000-8000-000000000001");

    /// <summary>UUIDv7; the form makes it, so that sending it twice registers once.</summary>
    public Guid Id { get; set; } = Guid.CreateVersion7();

    /// <summary>What people call it; unique.</summary>
    public string Name { get; set; } = "";

    /// <summary>Where it stands; empty takes projects of every region.</summary>
    public string Region { get; set; } = "";

    /// <summary>What it stands on; for people, no rule asks it.</summary>
    public ClusterKind Kind { get; set; }

    /// <summary>Data that its projects may hold.</summary>
    public List<DataClass> DataClasses { get; set; } = [.. Enum.GetValues<DataClass>()];

    /// <summary>What the organisation notes about it; for people, never keys in a cluster.</summary>
    public Dictionary<string, string> Labels { get; set; } = [];

    /// <summary>Where address and credentials come from.</summary>
    public ClusterConnectionKind Connection { get; set; }

    /// <summary>The API server's address as the credentials name it, for people; empty where the installation knows it.</summary>
    public string Server { get; set; } = "";

    /// <summary>A kubeconfig with one context, encrypted; empty where the portal has the credentials from elsewhere.</summary>
    public string Credentials { get; set; } = "";

    /// <summary>From where its API server reaches pods, as CIDR: the portal opens notebooks through it. Let into projects.</summary>
    public List<string> ControlPlaneRanges { get; set; } = [];

    /// <summary>Where the portal is, seen from its pods, as CIDR: running code reports there. Projects are let out to it.</summary>
    public List<string> PortalRanges { get; set; } = [];

    /// <summary>False keeps new projects away; those that live on it stay.</summary>
    public bool TakesProjects { get; set; } = true;

    /// <summary>When the connection and the permissions were last tried.</summary>
    public DateTimeOffset? CheckedAt { get; set; }

    /// <summary>What that found.</summary>
    public ClusterCheck Check { get; set; } = ClusterCheck.None;

    /// <summary>Id of the person or system actor who registered it.</summary>
    public Guid CreatedBy { get; set; }

    /// <summary>When it was registered, UTC.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <inheritdoc/>
    public long Generation { get; set; } = 1;

    internal sealed class Mapping : IEntityTypeConfiguration<ClusterRegistration>
    {
        public void Configure(EntityTypeBuilder<ClusterRegistration> builder)
        {
            builder.ToTable("clusters");
            builder.Property(c => c.Name).HasMaxLength(ClusterRules.NameLimit);
            builder.Property(c => c.Region).HasMaxLength(ProjectRules.CodeLimit);
            builder.Property(c => c.Kind).HasConversion<string>().HasMaxLength(20);
            builder.Property(c => c.DataClasses).HasJson();
            builder.Property(c => c.Labels).HasJson();
            builder.Property(c => c.ControlPlaneRanges).HasJson();
            builder.Property(c => c.PortalRanges).HasJson();
            builder.Property(c => c.Connection).HasConversion<string>().HasMaxLength(20);
            builder.Property(c => c.Server).HasMaxLength(ClusterRules.ServerLimit);
            builder.Property(c => c.Check).HasJson();
            builder.Property(c => c.Generation).IsConcurrencyToken();
            builder.HasIndex(c => c.Name).IsUnique();
        }
    }
}

/// <summary>What a cluster stands on.</summary>
public enum ClusterKind
{
    /// <summary>The organisation's own machines.</summary>
    OnPremises,

    /// <summary>The organisation's own cloud.</summary>
    PrivateCloud,

    /// <summary>A provider's cloud.</summary>
    PublicCloud,

    /// <summary>Machines where the data is made, such as a factory or a shop.</summary>
    Edge,
}

/// <summary>Where the portal has a cluster's address and credentials from.</summary>
public enum ClusterConnectionKind
{
    /// <summary>The installation's settings: the embedded cluster, a file, or the pod the portal runs in.</summary>
    Installation,

    /// <summary>A kubeconfig that an admin gave.</summary>
    Kubeconfig,

    /// <summary>The service account of the pod that the portal runs in.</summary>
    InCluster,

    /// <summary>Address, token and certificate authority that an admin gave.</summary>
    Token,
}
