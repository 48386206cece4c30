/** The way to clamd: its endpoints, and the places that bound what is open there at once. */
@NullMarked
package clamd.vproxy.worker.clamd;

import org.jspecify.annotations.NullMarked;
