/** Reads the host's clamd.conf as clamd reads it, and compares the daemon's limits with it. */
@NullMarked
package clamd.vproxy.worker.clamd.conf;

import org.jspecify.annotations.NullMarked;
