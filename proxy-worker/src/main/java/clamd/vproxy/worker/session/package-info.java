/** Serves one guest connection, from its first byte to its result. */
@NullMarked
package clamd.vproxy.worker.session;

import org.jspecify.annotations.NullMarked;
