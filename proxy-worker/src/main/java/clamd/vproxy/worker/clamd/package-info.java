/**
 * The way to the clamds: where they are, which of them answer, and what bounds what is open and
 * scanning at each at once.
 */
@NullMarked
package clamd.vproxy.worker.clamd;

import org.jspecify.annotations.NullMarked;
