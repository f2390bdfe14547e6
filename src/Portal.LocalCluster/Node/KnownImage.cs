namespace Portal.LocalCluster.Node;

/// <summary>
/// An image name this cluster can run, and the program of this machine that stands in for it. Nothing is ever pulled:
/// the name says which program runs, as the trial's own processes.
/// </summary>
/// <param name="Name">As written in a container's <c>image</c>.</param>
/// <param name="Title">What a person calls it.</param>
/// <param name="Entrypoint">Program and fixed arguments, replaced by a container's <c>command</c>.</param>
public sealed record KnownImage(string Name, string Title, IReadOnlyList<string> Entrypoint)
{
    /// <summary>Default arguments, replaced by a container's <c>args</c>; <c>$(POD_IP)</c> is the pod's own address.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Files or folders that must be there for the image to run.</summary>
    public IReadOnlyList<string> Requires { get; init; } = [];

    /// <summary>The distribution's package that brings what is required.</summary>
    public string Package { get; init; } = "";

    /// <summary>Variables of the process; those that the container names come over them.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The images of the trial: a notebook server, Python with scikit-learn, a server of its models, a shell.</summary>
    public static IReadOnlyList<KnownImage> Defaults { get; } =
    [
        new("localhost/jupyter-notebook:6", "Jupyter Notebook 6", ["/usr/bin/jupyter-notebook", "--no-browser", "--allow-root"])
        {
            Arguments = ["--ip=$(POD_IP)", "--port=8888", "--port-retries=0"],
            Requires = ["/usr/bin/jupyter-notebook"],
            Package = "jupyter-notebook",
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["SHELL"] = "/bin/sh" },
        },
        new("localhost/python-sklearn:3", "Python 3 with scikit-learn", ["/usr/bin/python3"])
        {
            Requires = ["/usr/bin/python3", "/usr/lib/python3/dist-packages/sklearn"],
            Package = "python3-sklearn",
            // Output reaches the log as it is printed, not when a buffer is full.
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PYTHONUNBUFFERED"] = "1" },
        },
        new("localhost/sklearn-server:1", "Server of scikit-learn models", ["/usr/bin/python3", "-c", Program("model_server")])
        {
            Requires = ["/usr/bin/python3", "/usr/lib/python3/dist-packages/sklearn"],
            Package = "python3-sklearn",
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PYTHONUNBUFFERED"] = "1" },
        },
        new("localhost/shell:1", "Shell", ["/bin/sh"]) { Requires = ["/bin/sh"], Package = "dash" },
    ];

    private static string Program(string name)
    {
        using StreamReader reader = new(typeof(KnownImage).Assembly.GetManifestResourceStream("programs/" + name)!);
        return reader.ReadToEnd();
    }
}
