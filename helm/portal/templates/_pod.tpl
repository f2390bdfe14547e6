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
      securityContext: {{- include "portal.podSecurity" . | nindent 8 }}
      {{- if not (include "portal.shared" .) }}
      # Both parts need the claim's keys and artefacts, and a ReadWriteOnce claim is mounted on one node: each goes where the other
      # one is. The first may go anywhere, since it is one of those that it looks for.
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
            - {name: Portal__Part, value: {{ $.part }}}
            - {name: Cluster__Mode, value: InCluster}
            - {name: Portal__DataDirectory, value: /data}
            - {name: Sample__Enabled, value: "false"}
            {{- if not (hasKey .Values.settings "Workloads:PortalAddress") }}
            # Running code reports to the web part, whichever part started it.
            - {name: Workloads__PortalAddress, value: "http://{{ $name }}.{{ .Release.Namespace }}.svc:{{ .Values.service.port }}"}
            {{- end }}
            {{- if and .Values.ingress.enabled (not (hasKey .Values.settings "ForwardedHeaders:Protocol")) }}
            # The Ingress ends TLS: without its word the portal takes itself for http, and refuses what browsers send from https.
            - {name: ForwardedHeaders__Protocol, value: "true"}
            {{- end }}
            # Who may do what inside of each project's namespace; the reconciler makes these bindings there.
            - {name: Projects__Bindings__0__Role, value: {{ include "portal.role" . }}-workload-manager}
            - {name: Projects__Bindings__0__Account, value: {{ $name }}-reconciler}
            - {name: Projects__Bindings__1__Role, value: {{ include "portal.role" . }}-workload-reader}
            - {name: Projects__Bindings__1__Account, value: {{ $name }}-web}
            {{- if .Values.metrics.podMonitor }}
            - {name: Metrics__Port, value: "9464"}
            {{- end }}
            {{- if .Values.certificates.configMapName }}
            - {name: SSL_CERT_FILE, value: /certificates/authorities.pem}
            {{- end }}
            {{- with include "portal.settings" . }}
            {{- trim . | nindent 12 }}
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
            {{- if .Values.certificates.configMapName }}
            - {name: certificates, mountPath: /certificates, readOnly: true}
            {{- end }}
      volumes:
        - name: data
          persistentVolumeClaim: {claimName: {{ $name }}-data}
        - name: tmp
          emptyDir: {}
        {{- with .Values.certificates }}
        {{- if .configMapName }}
        - name: certificates
          configMap:
            name: {{ .configMapName | quote }}
            items:
              - {key: {{ .key | quote }}, path: authorities.pem}
        {{- end }}
        {{- end }}
      {{- with .Values.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end -}}
{{- end -}}
