/** The Kubernetes manifests, checked without a cluster, and what they rely on. */
@NullMarked
package clamd.vproxy.supervisor.kubernetes;

import org.jspecify.annotations.NullMarked;
