using Portal.LocalCluster;

namespace Portal.Integration.Tests.Workloads;

/// <summary>As <see cref="WorkloadStage"/>, on a cluster with the operators for training and serving.</summary>
public sealed class OperatorStage() : WorkloadStage(
    options => options.Operators.UnionWith([LocalClusterOptions.JobSet, LocalClusterOptions.Trainer, LocalClusterOptions.KServe]));
