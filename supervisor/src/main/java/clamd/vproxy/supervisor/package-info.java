/**
 * The daemon and its command line. All classes are in its groups, from top to bottom {@code
 * commands}, {@code daemon}, {@code reports}, {@code connections}, {@code sources}, {@code guests}
 * and {@code base}; each uses only those below it.
 */
@NullMarked
package clamd.vproxy.supervisor;

import org.jspecify.annotations.NullMarked;
