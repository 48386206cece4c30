/**
 * The order of scans: weighted fair share over the guests that wait, as pure computation in time
 * that is given in, and the blocking way to it for session threads.
 */
@NullMarked
package clamd.vproxy.worker.fair;

import org.jspecify.annotations.NullMarked;
