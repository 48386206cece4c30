/** A stage for tests: guests, a log to read, a clamd that follows the test. */
@NullMarked
package clamd.vproxy.supervisor.testing;

import org.jspecify.annotations.NullMarked;
