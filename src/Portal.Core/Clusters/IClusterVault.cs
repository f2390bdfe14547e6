namespace Portal.Core.Clusters;

/// <summary>Makes credentials unreadable before they are stored. Only what opens connections reads them again.</summary>
public interface IClusterVault
{
    /// <summary>The kubeconfig, encrypted.</summary>
    string Seal(string kubeconfig);
}
