/** A stage for tests: guests, a log to read, a clamd that does as it is told. */
@NullMarked
package clamd.vproxy.supervisor.testing;

import org.jspecify.annotations.NullMarked;
