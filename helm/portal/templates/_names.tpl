{{- define "portal.name" -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "portal.selector" -}}
app.kubernetes.io/name: portal
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "portal.labels" -}}
{{ include "portal.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{- define "portal.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* Beginning of the names of cluster-wide objects. */}}
{{- define "portal.role" -}}
{{ include "portal.name" . }}-{{ .Release.Namespace }}
{{- end -}}

{{/* Not empty where several pods of one part share the claim over nodes. */}}
{{- define "portal.shared" -}}
{{- if or (gt (int .Values.replicas) 1) (gt (int .Values.reconciler.replicas) 1) -}}yes{{- end -}}
{{- end -}}

{{/* What both parts follow: their pages and loops live on watches, and a watch over namespaces is a right in all of them. */}}
{{- define "portal.followed" -}}
- apiGroups: [""]
  resources: [namespaces, resourcequotas, limitranges, serviceaccounts, persistentvolumeclaims, nodes, pods]
  verbs: [list, watch]
- apiGroups: [apps]
  resources: [statefulsets]
  verbs: [list, watch]
- apiGroups: [batch]
  resources: [jobs]
  verbs: [list, watch]
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies]
  verbs: [list, watch]
- apiGroups: [rbac.authorization.k8s.io]
  resources: [rolebindings]
  verbs: [list, watch]
- apiGroups: [kueue.x-k8s.io]
  resources: [resourceflavors, workloadpriorityclasses, cohorts, clusterqueues, localqueues, workloads]
  verbs: [list, watch]
- apiGroups: [kubeflow.org]
  resources: [notebooks, pytorchjobs]
  verbs: [list, watch]
- apiGroups: [jobset.x-k8s.io]
  resources: [jobsets]
  verbs: [list, watch]
- apiGroups: [trainer.kubeflow.org]
  resources: [trainjobs]
  verbs: [list, watch]
- apiGroups: [ray.io]
  resources: [rayjobs]
  verbs: [list, watch]
# What people make in OpenShift AI is shown, never changed.
- apiGroups: [serving.kserve.io]
  resources: [inferenceservices, servingruntimes]
  verbs: [list, watch]
{{- end -}}
