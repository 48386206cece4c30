{{/* An object as the cluster gets it. Of a dictionary with "object" and "root". */}}
{{- define "clamd-vproxy.object" }}
{{- $metadata := .object.metadata }}
{{- $_ := set $metadata "labels" (merge (dict "app.kubernetes.io/part-of" "clamd-vproxy") ($metadata.labels | default dict)) }}
{{- if eq .object.kind "Namespace" }}
{{-   $_ = set $metadata "name" .root.Values.namespace }}
{{- else }}
{{-   $_ = set $metadata "namespace" .root.Values.namespace }}
{{- end }}
---
{{ toYaml .object }}
{{- end }}

{{/* A file of the configuration, the profile's or else the base's. Of a dictionary with "file" and "root". */}}
{{- define "clamd-vproxy.file" }}
{{- $files := .root.Files }}
{{- $files.Get (printf "overlays/%s/conf/%s" .root.Values.profile .file) | default ($files.Get (printf "base/conf/%s" .file)) }}
{{- end }}

{{/* Such a file with lines replaced or added. Of a dictionary with "file", "settings" and "root". */}}
{{- define "clamd-vproxy.conf" }}
{{- $text := include "clamd-vproxy.file" . }}
{{- range $key, $value := .settings }}
{{-   if kindIs "float64" $value }}
{{- /* Helm has every number as one, and prints a large one as 5e+08 */}}
{{-     $value = int64 $value }}
{{-   end }}
{{-   $line := printf "%s %v" $key $value }}
{{-   $known := printf "(?m)^%s .*$" $key }}
{{-   if regexMatch $known $text }}
{{-     $text = regexReplaceAllLiteral $known $text $line }}
{{-   else }}
{{-     $text = printf "%s%s\n" $text $line }}
{{-   end }}
{{- end }}
{{- $text }}
{{- end }}

{{- define "clamd-vproxy.clamdConf" }}
{{- include "clamd-vproxy.conf" (dict "file" "clamd.conf" "settings" .Values.clamdConf "root" .) }}
{{- end }}

{{/* The name of a ConfigMap whose change replaces the pods. Of a dictionary with "name" and "content". */}}
{{- define "clamd-vproxy.hashed" }}
{{- printf "%s-%s" .name (.content | sha256sum | trunc 10) }}
{{- end }}

{{- define "clamd-vproxy.clamdConfName" }}
{{- include "clamd-vproxy.hashed" (dict "name" "clamd-conf" "content" (include "clamd-vproxy.clamdConf" .)) }}
{{- end }}

{{- define "clamd-vproxy.seccompProfileName" }}
{{- include "clamd-vproxy.hashed" (dict "name" "seccomp-profile" "content" (.Files.Get "base/conf/seccomp-profile.json")) }}
{{- end }}
