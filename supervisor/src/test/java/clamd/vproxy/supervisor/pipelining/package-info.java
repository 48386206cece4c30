/**
 * The attack that a proxy in front of clamd is for: many commands in one write, which clamd carries
 * out on descriptors that are other clients' by then.
 */
@NullMarked
package clamd.vproxy.supervisor.pipelining;

import org.jspecify.annotations.NullMarked;
