/**
 * One guest's worker: takes accepted connections and relays what the guest's policy allows to
 * clamd.
 */
@NullMarked
package clamd.vproxy.worker;

import org.jspecify.annotations.NullMarked;
