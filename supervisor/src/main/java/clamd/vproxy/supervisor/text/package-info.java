/** Numbers and tables for people. */
@NullMarked
package clamd.vproxy.supervisor.text;

import org.jspecify.annotations.NullMarked;
