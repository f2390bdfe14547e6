{{/* A part of the portal as a Deployment. Takes root, part (Web, Reconciler), replicas and resources. */}}
{{- define "portal.deployment" -}}
{{- $component := lower .part -}}
{{- $name := include "portal.name" .root -}}
{{- with .root -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}-{{ $component }}
  namespace: {{ .Release.Namespace }}
  labels: {{- include "portal.labels" . | nindent 4 }}
    app.kubernetes.io/component: {{ $component }}
spec:
  replicas: {{ $.replicas }}
  strategy: {type: {{ if include "portal.shared" . }}RollingUpdate{{ else }}Recreate{{ end }}}
  selector:
    matchLabels: {{- include "portal.selector" . | nindent 6 }}
      app.kubernetes.io/component: {{ $component }}
  template:
    metadata:
      labels: {{- include "portal.labels" . | nindent 8 }}
        app.kubernetes.io/component: {{ $component }}
    spec:
      serviceAccountName: {{ $name }}-{{ $component }}
      {{- with .Values.imagePullSecrets }}
      imagePullSecrets: {{- toYaml . | nindent 8 }}
      {{- end }}
      securityContext:
        runAsNonRoot: true
        runAsUser: 1654
        runAsGroup: 1654
        fsGroup: 1654
        seccompProfile: {type: RuntimeDefault}
      {{- if not (include "portal.shared" .) }}
      # A ReadWriteOnce claim is mounted on one node: both parts go where the other one is. The first may go anywhere, since it is
      # one of those that it looks for.
      affinity:
        podAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - topologyKey: kubernetes.io/hostname
              labelSelector:
                matchLabels: {{- include "portal.selector" . | nindent 18 }}
      {{- end }}
      containers:
        - name: portal
          image: {{ include "portal.image" . | quote }}
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          ports:
            - {name: http, containerPort: 8080}
            {{- if .Values.metrics.podMonitor }}
            - {name: metrics, containerPort: 9464}
            {{- end }}
          env:
            - {name: ASPNETCORE_ENVIRONMENT, value: Production}
            - {name: Urls, value: "http://*:8080"}
            - {name: Portal__Part, value: {{ $.part }}}
            - {name: Cluster__Mode, value: {{ .Values.cluster.mode | quote }}}
            - {name: Portal__DataDirectory, value: /data}
            - {name: Sample__Enabled, value: "false"}
            # Running code reports to the web part, whichever part started it.
            - {name: Workloads__PortalAddress, value: "http://{{ $name }}.{{ .Release.Namespace }}.svc:{{ .Values.service.port }}"}
            # Who may do what inside of each project's namespace; the reconciler makes these bindings there.
            - {name: Projects__Bindings__0__Role, value: {{ include "portal.role" . }}-workload-manager}
            - {name: Projects__Bindings__0__Account, value: {{ $name }}-reconciler}
            - {name: Projects__Bindings__1__Role, value: {{ include "portal.role" . }}-workload-reader}
            - {name: Projects__Bindings__1__Account, value: {{ $name }}-web}
            {{- if .Values.metrics.podMonitor }}
            - {name: Metrics__Port, value: "9464"}
            {{- end }}
            - name: Database__Postgres
              valueFrom:
                secretKeyRef: {name: {{ .Values.database.secretName | quote }}, key: {{ .Values.database.secretKey | quote }}}
            {{- if eq $.part "Web" }}
            - name: Setup__AdminPassword
              valueFrom:
                secretKeyRef: {name: {{ .Values.setup.secretName | quote }}, key: {{ .Values.setup.secretKey | quote }}, optional: true}
            {{- end }}
          startupProbe:
            httpGet: {path: /healthz, port: http}
            periodSeconds: 2
            failureThreshold: 60
          readinessProbe:
            httpGet: {path: /readyz, port: http}
            periodSeconds: 5
          livenessProbe:
            httpGet: {path: /healthz, port: http}
            periodSeconds: 10
          resources: {{- toYaml $.resources | nindent 12 }}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
          volumeMounts:
            # The keys under it seal what one part writes and the other one reads.
            - {name: data, mountPath: /data}
            - {name: tmp, mountPath: /tmp}
      volumes:
        - name: data
          persistentVolumeClaim: {claimName: {{ $name }}-data}
        - name: tmp
          emptyDir: {}
      {{- with .Values.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end -}}
{{- end -}}
