/**
 * Serves the guests: each guest's worker takes accepted connections and relays the requests that
 * the guest's policy allows to clamd.
 */
@NullMarked
package clamd.vproxy.worker;

import org.jspecify.annotations.NullMarked;
