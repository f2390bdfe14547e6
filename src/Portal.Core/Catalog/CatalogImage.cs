namespace Portal.Core.Catalog;

/// <summary>An image that people may launch. Its title and description are words of the pages, looked up by <see cref="Id"/>.</summary>
/// <param name="Id">Stable id, for example <c>jupyter</c>.</param>
/// <param name="Use">What it is for.</param>
/// <param name="Version">Version as people know it.</param>
/// <param name="Contents">What is inside: names of programs and libraries.</param>
public sealed record CatalogImage(string Id, ImageUse Use, string Version, IReadOnlyList<string> Contents)
{
    /// <summary>What the embedded cluster runs for it.</summary>
    public required string EmbeddedReference { get; init; }

    /// <summary>What every other cluster pulls; installations put their own registry here.</summary>
    public required string Reference { get; init; }

    /// <summary>The section of Jupyter's options: <c>NotebookApp</c> before version 7, which the embedded cluster runs.</summary>
    public static string JupyterSectionFor(bool embedded) => embedded ? "NotebookApp" : "ServerApp";

    /// <summary>The program that serves the notebook where the image's own entry point does not; empty for the entry point.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>The Python in it, which runs inline code and reports artefacts; empty when there is none.</summary>
    public string Python { get; init; } = "";

    /// <summary>The reference for a cluster.</summary>
    public string ReferenceFor(bool embedded) => embedded ? EmbeddedReference : Reference;
}

/// <summary>What an image is for.</summary>
public enum ImageUse
{
    /// <summary>Serves Jupyter; offered when a notebook is launched.</summary>
    Notebook,

    /// <summary>Runs a program to its end; offered when a training run is launched.</summary>
    Training,
}
