/** The way to clamd: its endpoints, and what bounds what is open and scanning there at once. */
@NullMarked
package clamd.vproxy.worker.clamd;

import org.jspecify.annotations.NullMarked;
