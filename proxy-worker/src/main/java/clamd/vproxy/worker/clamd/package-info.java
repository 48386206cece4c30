/**
 * Connections to the clamds: their endpoints, their health, and the bounds on what is open and
 * scanning at each of them.
 */
@NullMarked
package clamd.vproxy.worker.clamd;

import org.jspecify.annotations.NullMarked;
