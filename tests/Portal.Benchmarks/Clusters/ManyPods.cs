using System.Diagnostics;
using System.Globalization;
using System.Text;
using Portal.LocalCluster.Machinery;

namespace Portal.Benchmarks.Clusters;

/// <summary>Pods as a busy cluster has them, written into the embedded cluster's log, which it reads when it starts.</summary>
internal static class ManyPods
{
    /// <summary>How many there are.</summary>
    public const int Count = 50_000;

    private const int Namespaces = 2_000;

    /// <summary>Annotation with the moment of a change, microseconds since 1970.</summary>
    public const string At = "bench/at";

    // The shape of a training's pod after some controllers have written it.
    private const string Template = """
        {"kind":"Pod","apiVersion":"v1","metadata":{"name":"NAME","generateName":"train-","namespace":"SPACE","uid":"UID","resourceVersion":"VERSION","creationTimestamp":"2026-11-20T08:00:00Z","labels":{"app.kubernetes.io/managed-by":"mlops-portal","mlops-portal/kind":"TrainingRun","mlops-portal/id":"ID","batch.kubernetes.io/controller-uid":"UID","batch.kubernetes.io/job-name":"train","kueue.x-k8s.io/queue-name":"default","controller-uid":"UID","job-name":"train"},"annotations":{"batch.kubernetes.io/job-completion-index":"0","kueue.x-k8s.io/workload":"job-train-1f2e3"},"ownerReferences":[{"apiVersion":"batch/v1","kind":"Job","name":"train","uid":"UID","controller":true,"blockOwnerDeletion":true}],"finalizers":["batch.kubernetes.io/job-tracking"],"managedFields":[{"manager":"kube-controller-manager","operation":"Update","apiVersion":"v1","time":"2026-11-20T08:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:annotations":{".":{},"f:batch.kubernetes.io/job-completion-index":{}},"f:finalizers":{".":{},"v:\"batch.kubernetes.io/job-tracking\"":{}},"f:generateName":{},"f:labels":{".":{},"f:batch.kubernetes.io/controller-uid":{},"f:batch.kubernetes.io/job-name":{}},"f:ownerReferences":{".":{},"k:{\"uid\":\"UID\"}":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"main\"}":{".":{},"f:args":{},"f:command":{},"f:env":{},"f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:resources":{},"f:volumeMounts":{}}},"f:nodeSelector":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},"f:tolerations":{},"f:volumes":{}}}},{"manager":"kubelet","operation":"Update","apiVersion":"v1","time":"2026-11-20T08:00:20Z","fieldsType":"FieldsV1","fieldsV1":{"f:status":{"f:conditions":{},"f:containerStatuses":{},"f:hostIP":{},"f:phase":{},"f:podIP":{},"f:podIPs":{},"f:startTime":{}}},"subresource":"status"}]},"spec":{"volumes":[{"name":"storage","persistentVolumeClaim":{"claimName":"storage"}},{"name":"scratch","emptyDir":{}},{"name":"kube-api-access-x2k4d","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},{"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}}],"defaultMode":420}}],"containers":[{"name":"main","image":"registry.example/training/sklearn:2026.11","command":["python3","/workspace/train.py"],"args":["--epochs","20","--learning-rate","0.01"],"env":[{"name":"MLFLOW_TRACKING_URI","value":"http://portal.mlops.svc"},{"name":"MLFLOW_RUN_ID","value":"UID"},{"name":"MLFLOW_TRACKING_TOKEN","valueFrom":{"secretKeyRef":{"name":"train","key":"token"}}},{"name":"HOME","value":"/workspace"}],"resources":{"limits":{"cpu":"4","memory":"16Gi","nvidia.com/gpu":"1"},"requests":{"cpu":"4","memory":"16Gi","nvidia.com/gpu":"1"}},"volumeMounts":[{"name":"storage","mountPath":"/workspace"},{"name":"scratch","mountPath":"/tmp"},{"name":"kube-api-access-x2k4d","readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}],"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent","securityContext":{"capabilities":{"drop":["ALL"]},"allowPrivilegeEscalation":false}}],"restartPolicy":"Never","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","nodeSelector":{"nvidia.com/gpu.product":"NVIDIA-A100-SXM4-80GB"},"serviceAccountName":"workload","serviceAccount":"workload","automountServiceAccountToken":false,"nodeName":"node-NODE","securityContext":{"runAsUser":1000,"runAsNonRoot":true,"fsGroup":1000,"seccompProfile":{"type":"RuntimeDefault"}},"schedulerName":"default-scheduler","tolerations":[{"key":"nvidia.com/gpu","operator":"Exists","effect":"NoSchedule"},{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300},{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}],"priority":0,"enableServiceLinks":true,"preemptionPolicy":"PreemptLowerPriority"},"status":{"phase":"Running","conditions":[{"type":"PodReadyToStartContainers","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-11-20T08:00:20Z"},{"type":"Initialized","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-11-20T08:00:01Z"},{"type":"Ready","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-11-20T08:00:20Z"},{"type":"ContainersReady","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-11-20T08:00:20Z"},{"type":"PodScheduled","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-11-20T08:00:01Z"}],"hostIP":"10.0.0.7","hostIPs":[{"ip":"10.0.0.7"}],"podIP":"10.1.2.3","podIPs":[{"ip":"10.1.2.3"}],"startTime":"2026-11-20T08:00:01Z","containerStatuses":[{"name":"main","state":{"running":{"startedAt":"2026-11-20T08:00:19Z"}},"lastState":{},"ready":true,"restartCount":0,"image":"registry.example/training/sklearn:2026.11","imageID":"registry.example/training/sklearn@sha256:aaaabbbbccccddddeeeeffff0000111122223333444455556666777788889999","containerID":"containerd://aaaabbbbccccddddeeeeffff0000111122223333444455556666777788889999","started":true}],"qosClass":"Guaranteed"}}
        """;

    /// <summary>Writes the log of a cluster with these pods, spread over namespaces.</summary>
    public static void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        using var log = new StreamWriter(Path.Combine(folder, "objects.log"), append: false, new UTF8Encoding(false));
        for (var i = 0; i < Count; i++)
        {
            var version = 1000 + i;
            log.Write(string.Create(CultureInfo.InvariantCulture, $"put {version} pods "));
            log.Write(Template.Replace("NAME", Name(i), StringComparison.Ordinal).Replace("SPACE", Space(i), StringComparison.Ordinal)
                .Replace("VERSION", version.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("UID", Id(i).ToString("D"), StringComparison.Ordinal)
                .Replace("\"ID\"", $"\"{Id(i):D}\"", StringComparison.Ordinal).Replace("NODE", (i % 500).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
            log.Write('\n');
        }
    }

    /// <summary>The namespace of a pod.</summary>
    public static string Space(int index) => string.Create(CultureInfo.InvariantCulture, $"ml-project-{index % Namespaces:0000}");

    /// <summary>
    /// Changes pods inside of the API server, as its controllers do, at a steady rate whatever single changes take; gives the
    /// rate that was reached.
    /// </summary>
    public static async Task<double> ChangeAsync(IObjects objects, int perSecond, int changes)
    {
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < changes; i++)
        {
            var due = TimeSpan.FromSeconds(i / (double)perSecond) - clock.Elapsed;
            if (due > TimeSpan.FromMilliseconds(1))
                // The rate itself: each change has its moment.
                await Task.Delay(due);
            var index = i * 7 % Count;
            var pod = objects.Find("pods", Space(index), Name(index))!;
            var at = (long)(DateTime.UtcNow - DateTime.UnixEpoch).TotalMicroseconds;
            pod["metadata"]!["annotations"]![At] = at.ToString(CultureInfo.InvariantCulture);
            objects.Update(pod);
        }
        return changes / clock.Elapsed.TotalSeconds;
    }

    private static Guid Id(int index) => new(index, 0x7000, 0x4000, [0x80, 0, 0, 0, 0, 0, 0, 1]);

    private static string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"train-{index:00000}-x7k2p");
}
