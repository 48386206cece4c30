/** What the host's clamd.conf says, read as clamd reads it, and whether our limits fit to it. */
@NullMarked
package clamd.vproxy.worker.clamd.conf;

import org.jspecify.annotations.NullMarked;
