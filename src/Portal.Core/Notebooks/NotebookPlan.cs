using Portal.Core.Catalog;
using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Notebooks;

/// <summary>Everything that the objects of a notebook follow from.</summary>
/// <param name="UserName">Sign-in name of whom it belongs to.</param>
/// <param name="Token">The server's token; goes into the Secret and nowhere else.</param>
public sealed record NotebookSpec(
    Notebook Notebook, WorkloadPlace Place, CatalogImage Image, WorkloadSize Size, AcceleratorOffer? Accelerator, string UserName, string Token)
{
    private bool PrintMembers(System.Text.StringBuilder text)
    {
        text.Append(Notebook.Id);
        return true;
    }
}

/// <summary>Chooses the kind that carries a notebook out. Pure.</summary>
public static class NotebookPlan
{
    /// <summary>Kubeflow's Notebook where its controller is there, so that other dashboards show it too; else a StatefulSet.</summary>
    public static WorkloadChoice For(WorkloadPlace place) => place.Served.FirstServed(NotebookManifests.Kind) is { } notebook
        ? new(notebook, WorkloadChoice.Served) : new(Kinds.StatefulSet, "choice.no_notebooks");

    /// <summary>The kind that a notebook was made as; before that, what would be chosen.</summary>
    public static WorkloadChoice Current(Notebook notebook, WorkloadPlace place)
    {
        ResourceType[] known = [NotebookManifests.Kind, Kinds.StatefulSet];
        return known.Select(k => new WorkloadChoice(k, notebook.RunsAsReason)).FirstOrDefault(c => c.RunsAs == notebook.RunsAs) ?? For(place);
    }
}
