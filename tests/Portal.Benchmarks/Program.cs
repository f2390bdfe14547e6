using System.Globalization;
using Portal.Benchmarks;
using Portal.Benchmarks.Clusters;
using Portal.Benchmarks.Drift;
using Portal.Benchmarks.Lists;
using Portal.Benchmarks.Pages;
using Portal.Testing.Faults;

if (args is [WatchChildren.Server, var folder])
    return await WatchChildren.ServeAsync(folder);
if (args is [WatchChildren.Watcher, var kubeconfig, var changes])
    return await WatchChildren.WatchAsync(kubeconfig, int.Parse(changes, CultureInfo.InvariantCulture));
if (args is [DriftChild.Command, ..]) return DriftChild.Run(args[1], args[2]);

if (args is [Screenshots.Command])
{
    await Screenshots.RunAsync();
    return 0;
}

// Each suite by its name; without names all of them run.
var suites = new Dictionary<string, Func<CancellationToken, Task<IReadOnlyList<BenchmarkRow>>>>(StringComparer.Ordinal)
{
    ["drift"] = DriftBenchmark.RunAsync,
    ["lists"] = ListBenchmark.RunAsync,
    ["first-page"] = FirstPageBenchmark.RunAsync,
    ["circuits"] = CircuitBenchmark.RunAsync,
    ["start"] = StartBenchmark.RunAsync,
    ["watch"] = WatchBenchmark.RunAsync,
    ["onboarding"] = OnboardBenchmark.RunAsync,
    ["faults"] = ct => FaultBenchmark.RunAsync(Enum.GetValues<FaultKind>(), ct),
};

// One kind of fault alone, where its row is to be measured again: faults-silent.
const string OneFault = "faults-";
Func<CancellationToken, Task<IReadOnlyList<BenchmarkRow>>>? Suite(string name) => suites.GetValueOrDefault(name)
    ?? (name.StartsWith(OneFault, StringComparison.Ordinal) && Enum.TryParse<FaultKind>(name[OneFault.Length..], ignoreCase: true, out var kind)
        ? ct => FaultBenchmark.RunAsync([kind], ct) : null);

var names = args.Length > 0 ? args : [.. suites.Keys];
if (names.FirstOrDefault(n => Suite(n) is null) is { } unknown)
{
    Console.Error.WriteLine($"No suite {unknown}; there are: {string.Join(", ", suites.Keys)}");
    return 2;
}

var rows = new List<BenchmarkRow>();
foreach (var name in names) rows.AddRange(await Suite(name)!(CancellationToken.None));

BenchmarkTable.Print(rows, Console.Out);
return rows.TrueForAll(r => r.Ok) ? 0 : 1;
