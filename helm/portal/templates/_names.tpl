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

{{/* What values.settings say, as variables. A variable has one value: what the chart sets is not set there. */}}
{{- define "portal.settings" -}}
{{- range $key, $value := .Values.settings }}
{{- if regexMatch "(?i)^(urls$|aspnetcore_|dotnet_environment$|ssl_cert_file$|portal:|database:|setup:|sample:|metrics:|cluster:(mode|kubeconfig)$|projects:bindings)" $key }}
{{- fail (printf "settings: %s is set by the chart itself; its other values say how." $key) }}
{{- end }}
- {name: {{ replace ":" "__" $key }}, value: {{ kindIs "string" $value | ternary $value (toJson $value) | quote }}}
{{- end }}
{{- end -}}

{{/* OpenShift gives each namespace a range of users and groups of its own, and refuses a pod that names others. */}}
{{- define "portal.podSecurity" -}}
{{- $security := dict "runAsNonRoot" true "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{- if not (.Capabilities.APIVersions.Has "security.openshift.io/v1") -}}
{{- $security = merge $security (dict "runAsUser" 1654 "runAsGroup" 1654 "fsGroup" 1654) -}}
{{- end -}}
{{- mergeOverwrite $security (deepCopy .Values.podSecurityContext) | toYaml -}}
{{- end -}}

{{/* Beginning of the names of cluster-wide objects. */}}
{{- define "portal.role" -}}
{{ include "portal.name" . }}-{{ .Release.Namespace }}
{{- end -}}

{{/* Not empty where every node can mount the claim. */}}
{{- define "portal.shared" -}}
{{- if eq .Values.data.accessMode "ReadWriteMany" -}}yes{{- end -}}
{{- end -}}
